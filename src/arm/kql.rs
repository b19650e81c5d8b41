//! The parts of queries in the Kusto Query Language that come from a user: always texts, never
//! language.
//!
//! A pattern is one of PowerShell's: `*` any characters, `?` one, `[a-c]` one of a set, a backtick
//! before one of these takes its meaning. What a condition here holds for may be more than the pattern
//! matches, never less: the caller looks at what comes. Kusto folds the casing of ASCII alone
//! (<https://learn.microsoft.com/kusto/query/datatypes-string-operators>), so a letter of another script
//! stands for any character.

use crate::base::same_name;

/// How many patterns go into one condition. With more, the condition holds for everything.
const MOST_PATTERNS: usize = 500;

/// A text in a query: in single quotes, with what is special in them escaped.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str(r"\\"),
            '\'' => quoted.push_str(r"\'"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// The condition that a column has one of these texts or matches one of these patterns, in any
/// casing; none where everything does.
pub fn any_of(column: &str, patterns: &[String]) -> Option<String> {
    if patterns.is_empty() || patterns.len() > MOST_PATTERNS {
        return None;
    }
    let mut texts = Vec::new();
    let mut expressions = Vec::new();
    for pattern in patterns {
        let pieces = pieces(pattern);
        if pieces.iter().all(|piece| *piece == Piece::Any) && !pieces.is_empty() {
            return None;
        }
        match literal(&pieces) {
            Some(text) => texts.push(quoted(&text)),
            None => expressions.push(pieces.iter().map(Piece::expression).collect::<String>()),
        }
    }
    let texts = match texts.is_empty() {
        true => None,
        false => Some(format!("{column} in~ ({})", texts.join(", "))),
    };
    let expressions = match expressions.is_empty() {
        true => None,
        false => {
            let expression = format!("(?is)^(?:{})$", expressions.join("|"));
            Some(format!("{column} matches regex {}", quoted(&expression)))
        }
    };
    let both: Vec<String> = texts.into_iter().chain(expressions).collect();
    Some(both.join(" or "))
}

/// Whether a pattern may match a text, in any casing: what comes before its first wildcard begins the
/// text.
pub fn may_match(pattern: &str, text: &str) -> bool {
    let pieces = pieces(pattern);
    let mut text = text.chars();
    for piece in &pieces {
        match piece {
            Piece::One(c) => {
                let same = |found: char| same_name(&found.to_string(), &c.to_string());
                if !text.next().is_some_and(same) {
                    return false;
                }
            }
            Piece::Any | Piece::Single | Piece::Set(_) => return true,
        }
    }
    text.next().is_none()
}

/// The condition that a column is a map of tags with that name, in any casing, and, where one is given,
/// that value, in its own.
///
/// The map is searched as a text, since a member of it is found in one casing alone. Kusto does not say
/// which characters it escapes in the text: those that it may escape stand for any.
pub fn has_tag(column: &str, name: &str, value: Option<&str>) -> String {
    let mut expression = format!("(?s)\"(?i:{})\"\\s*:", in_json(name));
    if let Some(value) = value {
        expression.push_str(&format!("\\s*\"{}\"", in_json(value)));
    }
    format!("tostring({column}) matches regex {}", quoted(&expression))
}

/// A regular expression for a text in JSON.
fn in_json(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' ' => c.to_string(),
            '"' | '\\' | '/' | '<' | '>' | '&' | '\'' | '+' | '`' => "(?:.{1,12})".to_owned(),
            c if c.is_ascii_graphic() => escaped(c),
            _ => "(?:.{1,12})".to_owned(),
        })
        .collect()
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    One(char),
    Any,
    Single,
    /// One of a set; what the set is.
    Set(String),
}

impl Piece {
    fn expression(&self) -> String {
        match self {
            Self::One(c) if c.is_ascii() => escaped(*c),
            Self::One(_) | Self::Single => ".".to_owned(),
            Self::Any => ".*".to_owned(),
            Self::Set(members) => set(members).unwrap_or_else(|| ".".to_owned()),
        }
    }
}

/// The parts of a pattern. A bracket that is not closed stands for whatever comes from there.
fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        pieces.push(match c {
            '`' => Piece::One(characters.next().unwrap_or('`')),
            '*' => Piece::Any,
            '?' => Piece::Single,
            '[' => {
                let rest = characters.as_str();
                let Some(end) = rest.find(']').filter(|end| !rest[..*end].contains('`')) else {
                    pieces.push(Piece::Any);
                    return pieces;
                };
                characters = rest[end + 1..].chars();
                Piece::Set(rest[..end].to_owned())
            }
            c => Piece::One(c),
        });
    }
    pieces
}

/// The text that a pattern is, if it is one that Kusto compares as Azure does.
fn literal(pieces: &[Piece]) -> Option<String> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::One(c) if c.is_ascii() => Some(*c),
            _ => None,
        })
        .collect()
}

/// The same set in a regular expression; none for one whose meaning is not plain.
fn set(members: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let characters: Vec<char> = members.chars().collect();
    let mut expression = String::from("[");
    let mut at = 0;
    while at < characters.len() {
        match characters[at..] {
            [from, '-', to, ..] if is_plain(from) && is_plain(to) => {
                let ranges = [('a', 'z'), ('A', 'Z'), ('0', '9')];
                let is_one = |(first, last)| first <= from && from <= to && to <= last;
                if !ranges.into_iter().any(is_one) {
                    return None;
                }
                expression.push_str(&format!("{from}-{to}"));
                at += 3;
            }
            [one, ..] if is_plain(one) => {
                expression.push_str(&escaped(one));
                at += 1;
            }
            _ => return None,
        }
    }
    expression.push(']');
    (!characters.is_empty()).then_some(expression)
}

/// A character of ASCII that stands for itself in a regular expression.
fn escaped(c: char) -> String {
    match c {
        c if c.is_ascii_alphanumeric() => c.to_string(),
        c if c.is_ascii_punctuation() => format!("\\{c}"),
        _ => ".".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_lite::Regex;

    use super::*;

    fn patterns(given: &[&str]) -> Vec<String> {
        given.iter().map(|one| (*one).to_owned()).collect()
    }

    fn condition(given: &[&str]) -> Option<String> {
        any_of("name", &patterns(given))
    }

    /// What a quoted text says, as Kusto reads it.
    fn unquoted(literal: &str) -> String {
        let inside = literal
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''));
        let mut characters = inside.unwrap().chars();
        let mut text = String::new();
        while let Some(c) = characters.next() {
            assert!(c != '\'' && !c.is_control(), "{literal}");
            text.push(match c {
                '\\' => match characters.next().unwrap() {
                    'u' => {
                        let digits: String = characters.by_ref().take(4).collect();
                        let code = u32::from_str_radix(&digits, 16).unwrap();
                        char::from_u32(code).unwrap()
                    }
                    c => c,
                },
                c => c,
            });
        }
        text
    }

    /// Whether a condition of one operator holds for a text.
    fn holds(condition: &str, text: &str) -> bool {
        if let Some((_, regex)) = condition.split_once(" matches regex ") {
            return Regex::new(&unquoted(regex)).unwrap().is_match(text);
        }
        let (_, list) = condition.split_once(" in~ (").unwrap();
        unquoted(list.strip_suffix(')').unwrap()).eq_ignore_ascii_case(text)
    }

    #[test]
    fn texts_in_queries_stay_texts() {
        assert_eq!(quoted("a"), "'a'");
        assert_eq!(quoted(r"it's \"), r"'it\'s \\'");
        assert_eq!(quoted("a\n| b\u{2028}"), r"'a\u000a| b\u2028'");
    }

    #[test]
    fn names_are_listed_and_patterns_are_expressions() {
        assert_eq!(condition(&[]), None);
        assert_eq!(condition(&["a", "*"]), None);
        assert_eq!(condition(&["a", "B'c"]).unwrap(), r"name in~ ('a', 'B\'c')");
        assert_eq!(
            condition(&["a", "app-*", "x?[a-c1_]"]).unwrap(),
            r"name in~ ('a') or name matches regex '(?is)^(?:app\\-.*|x.[a-c1\\_])$'"
        );
        assert_eq!(condition(&["a`*b"]).unwrap(), "name in~ ('a*b')");
        assert_eq!(any_of("name", &vec!["a".to_owned(); 501]), None);
    }

    #[test]
    fn patterns_hold_for_what_they_match() {
        for (pattern, matched, other) in [
            ("app-*", "APP-one", Some("my-app-one")),
            ("*[ot]*", "xTx", Some("xyx")),
            ("a.b?", "a.bc", Some("a-bc")),
            ("größe*", "GRÖSSE", None),
            ("größe*", "GRÖßE-1", Some("gras")),
            ("a[b", "a[b", Some("b")),
            ("[!a]x*", "!x1", None),
            ("a(*|$^b", "A(x|$^B", Some("a(x")),
            ("`[x]*", "[x]1", Some("x1")),
        ] {
            let condition = condition(&[pattern]).unwrap();
            if let Some(other) = other {
                assert!(!holds(&condition, other), "{pattern}: {other}: {condition}");
            }
            let is_same_length = pattern != "größe*" || matched != "GRÖSSE";
            assert!(
                !is_same_length || holds(&condition, matched),
                "{pattern}: {condition}"
            );
        }
    }

    #[test]
    fn what_can_t_match_is_known_by_its_beginning() {
        let text = "Microsoft.Authorization/policyAssignments";
        for pattern in [
            text,
            "microsoft.AUTHORIZATION/*",
            "*",
            "Microsoft.?eb",
            "[a-z]*",
        ] {
            assert!(may_match(pattern, text), "{pattern}");
        }
        for pattern in ["Microsoft.Web/*", "Microsoft.Authorization", "x*"] {
            assert!(!may_match(pattern, text), "{pattern}");
        }
        assert!(!may_match(&format!("{text}s"), text));
    }

    #[test]
    fn tags_are_found_in_the_text_of_their_map() {
        let env = has_tag("tags", "Env", Some("prod"));
        assert_eq!(
            env,
            r#"tostring(tags) matches regex '(?s)"(?i:Env)"\\s*:\\s*"prod"'"#
        );
        assert!(holds(&env, r#"{"a":"b","env":"prod"}"#));
        assert!(holds(&env, r#"{"ENV" : "prod"}"#));
        for other in [
            "",
            "{}",
            r#"{"env":"Prod"}"#,
            r#"{"env":"prod2"}"#,
            r#"{"my-env":"prod"}"#,
            r#"{"a":"\"env\":\"prod\""}"#,
            r#"{"prod":"env"}"#,
        ] {
            assert!(!holds(&env, other), "{other}");
        }
        let any = has_tag("tags", "env", None);
        assert!(holds(&any, r#"{"Env":""}"#) && !holds(&any, r#"{"a":"env"}"#));
    }

    proptest! {
        #[test]
        fn hostile_text_stays_one_text(text in any::<String>()) {
            prop_assert_eq!(unquoted(&quoted(&text)), text);
        }

        #[test]
        fn every_pattern_makes_a_condition(given in prop::collection::vec("[a-z'\\\\\\[\\]`*?\\-|()\\n]{0,9}", 1..4)) {
            for pattern in &given {
                if let Some(condition) = any_of("name", std::slice::from_ref(pattern)) {
                    holds(&condition, "x");
                }
            }
        }

        #[test]
        fn what_a_pattern_is_made_of_matches(
            parts in prop::collection::vec(("[a-zA-Z0-9._()äЖ-]{1,4}", 0..4u8, "[a-zA-Z0-9._()äЖ-]{0,3}"), 1..5),
        ) {
            let mut pattern = String::new();
            let mut name = String::new();
            for (text, kind, between) in parts {
                pattern.push_str(&text);
                name.push_str(&text.to_uppercase());
                match kind {
                    0 => {
                        pattern.push('*');
                        name.push_str(&between);
                    }
                    1 => {
                        pattern.push('?');
                        name.push('x');
                    }
                    2 => {
                        pattern.push_str("[a-dx]");
                        name.push('C');
                    }
                    _ => {}
                }
            }
            if let Some(condition) = any_of("name", std::slice::from_ref(&pattern)) {
                prop_assert!(holds(&condition, &name), "{} {}: {}", pattern, name, condition);
            }
        }

        #[test]
        fn a_tag_is_found_whatever_it_is(name in "[^\\p{C}]{1,9}", value in any::<String>()) {
            let text = serde_json::json!({ "other": "x", &name: &value }).to_string();
            prop_assert!(holds(&has_tag("tags", &name, Some(&value)), &text));
            prop_assert!(holds(&has_tag("tags", &name, None), &text));
        }
    }
}
