//! The attribute by which a declaration of the C ABI says what `build.rs` generates from it.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// What `ffi-generator` reads. The compiler sees the declaration without it, and its fields without
/// theirs; so do cbindgen and csbindgen, which know no such attribute.
#[proc_macro_attribute]
pub fn azmi(_settings: TokenStream, declaration: TokenStream) -> TokenStream {
    without_settings(declaration)
}

/// Removes each `#[azmi(…)]`.
fn without_settings(tokens: TokenStream) -> TokenStream {
    let mut left = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if is_hash(&token) && tokens.next_if(is_setting).is_some() {
            continue;
        }
        left.push(match token {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                let mut group = Group::new(Delimiter::Brace, without_settings(body.stream()));
                group.set_span(body.span());
                group.into()
            }
            token => token,
        });
    }
    left.into_iter().collect()
}

fn is_hash(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

fn is_setting(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else {
        return false;
    };
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name.to_string() == "azmi")
}
