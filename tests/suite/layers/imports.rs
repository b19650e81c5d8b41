//! Reads from Rust source what it imports: `use` declarations, and paths that begin with `crate`,
//! `self`, `super` or the name of a module. What is compiled for tests alone is left out, since a
//! test may need what is above the file that it is in.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path as it is written in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The inline modules that it is written in.
    pub within: Vec<String>,
    /// Its segments; the last is `*` for a glob.
    pub path: Vec<String>,
    /// The name that a `use` declaration gives it; none for a path in an expression or a type.
    pub name: Option<String>,
}

/// The imports of a file, in its order.
///
/// # Panics
/// When the source is not Rust.
pub fn read(source: &str) -> Vec<Import> {
    let tokens: TokenStream = source.parse().expect("Rust source");
    let mut found = Vec::new();
    walk(tokens, &[], &mut found);
    found
}

fn walk(tokens: TokenStream, within: &[String], found: &mut Vec<Import>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let rest = &tokens[at..];
        at += match rest {
            [hash, TokenTree::Group(attribute), ..] if is(hash, '#') => {
                match attribute.stream().to_string().replace(' ', "").as_str() {
                    "cfg(test)" => 2 + item(&rest[2..]),
                    _ => 2,
                }
            }
            [TokenTree::Ident(word), next, ..] if word == "use" && !is(next, '<') => {
                let length = rest.iter().take_while(|token| !is(token, ';')).count();
                use_tree(&rest[1..length], Vec::new(), &mut |path, name| {
                    found.push(Import {
                        within: within.to_vec(),
                        path,
                        name: Some(name),
                    });
                });
                length
            }
            [
                TokenTree::Ident(word),
                TokenTree::Ident(name),
                TokenTree::Group(body),
                ..,
            ] if word == "mod" => {
                let inner = [within, &[name.to_string()]].concat();
                walk(body.stream(), &inner, found);
                3
            }
            [TokenTree::Ident(_), colon, ..] if is(colon, ':') => {
                let (path, length) = plain_path(rest);
                if path.len() > 1 && begins_path(&tokens[..at]) {
                    found.push(Import {
                        within: within.to_vec(),
                        path,
                        name: None,
                    });
                }
                length
            }
            [TokenTree::Group(group), ..] => {
                walk(group.stream(), within, found);
                1
            }
            _ => 1,
        };
    }
}

/// How many tokens the item has that comes next, with its attributes.
fn item(tokens: &[TokenTree]) -> usize {
    let end = tokens.iter().position(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        other => is(other, ';'),
    });
    end.map_or(tokens.len(), |end| end + 1)
}

/// Whether a name after these tokens is the first of its path: neither a method nor a later segment.
fn begins_path(before: &[TokenTree]) -> bool {
    match before {
        [.., one, other] if is(one, ':') && is(other, ':') => false,
        [.., last] => !is(last, '.'),
        [] => true,
    }
}

/// The segments of a path up to anything but a name, and how many tokens it has.
fn plain_path(tokens: &[TokenTree]) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    let mut at = 0;
    while let Some(TokenTree::Ident(segment)) = tokens.get(at) {
        path.push(segment.to_string());
        at += 1;
        match tokens.get(at..at + 3) {
            Some([one, other, TokenTree::Ident(_)]) if is(one, ':') && is(other, ':') => at += 2,
            _ => break,
        }
    }
    (path, at)
}

/// Calls `found` with each path of a tree, such as `a::{b, c as d}`, and the name that it gets.
fn use_tree(
    tokens: &[TokenTree],
    mut path: Vec<String>,
    found: &mut impl FnMut(Vec<String>, String),
) {
    let mut tokens = tokens.iter().peekable();
    let mut name = None;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "as" => name = tokens.next().map(ToString::to_string),
            TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
            TokenTree::Ident(segment) => path.push(segment.to_string()),
            TokenTree::Group(group) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for tree in inner.split(|token| is(token, ',')) {
                    if !tree.is_empty() {
                        use_tree(tree, path.clone(), found);
                    }
                }
                return;
            }
            star if is(star, '*') => path.push("*".to_owned()),
            // A path of another crate.
            colon if is(colon, ':') && path.is_empty() => return,
            _ => {}
        }
    }
    if let Some(last) = path.last().cloned() {
        found(path, name.unwrap_or(last));
    }
}

fn is(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

#[cfg(test)]
mod tests {
    use super::read;

    fn paths(source: &str) -> Vec<String> {
        let written = |import: super::Import| {
            let path = [import.within, import.path].concat().join("::");
            match import.name {
                Some(name) if !path.ends_with(&name) => format!("{path} as {name}"),
                _ => path,
            }
        };
        read(source).into_iter().map(written).collect()
    }

    #[test]
    fn groups_are_read() {
        let source = "pub(crate) use crate::a::{self, B, c::{D as E, f::*}};";
        let expected = [
            "crate::a",
            "crate::a::B",
            "crate::a::c::D as E",
            "crate::a::c::f::*",
        ];
        assert_eq!(paths(source), expected);
    }

    #[test]
    fn paths_in_code_are_read() {
        let source = r#"
            /// See [`x`](crate::in_a_comment).
            fn f(a: &super::A) -> Vec<crate::b::B> {
                println!("crate::in_a_text {}", self::c(1));
                a.d::<E>();
                g::h(crate::i::J { k: l::M })
            }
        "#;
        let expected = [
            "super::A",
            "crate::b::B",
            "self::c",
            "g::h",
            "crate::i::J",
            "l::M",
        ];
        assert_eq!(paths(source), expected);
    }

    #[test]
    fn an_inline_module_is_part_of_the_path() {
        let source = "mod a { use super::B; mod c { fn f() { super::super::d() } } }";
        assert_eq!(paths(source), ["a::super::B", "a::c::super::super::d"]);
    }

    #[test]
    fn what_is_for_tests_alone_is_left_out() {
        let source = "
            #[cfg(test)] use crate::a;
            #[cfg(test)] #[allow(x)] mod tests { use crate::b; }
            #[cfg(unix)] use crate::c;
        ";
        assert_eq!(paths(source), ["crate::c"]);
    }

    #[test]
    fn other_crates_and_captures_are_none_of_it() {
        assert_eq!(
            paths("use ::serde::de; fn f() -> impl A + use<'_> {}"),
            [""; 0]
        );
    }
}
