//! JSON as Azure Resource Manager reads it where templates are: with comments, trailing commas,
//! bare names, single quotes and line breaks in strings. The Azure CLI sends such.

/// The same as strict JSON; what makes no sense stays as it is, for the reader to refuse.
pub(super) fn strict(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // A comma counts only when something follows it.
    let mut comma = false;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        if c.is_whitespace() || c == '\u{feff}' {
            rest = behind;
            continue;
        }
        if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, behind)| behind);
            continue;
        }
        if rest.starts_with("/*") {
            rest = rest[2..].split_once("*/").map_or("", |(_, behind)| behind);
            continue;
        }
        if c == ',' && !comma {
            comma = true;
            rest = behind;
            continue;
        }
        if comma {
            if !"}]".contains(c) || out.ends_with(['[', '{']) {
                out.push(',');
            }
            comma = false;
        }
        match c {
            '"' | '\'' => rest = string(behind, c, &mut out),
            c if c.is_ascii_alphabetic() || c == '_' || c == '$' => {
                let end = rest
                    .find(|c: char| !(c.is_ascii_alphanumeric() || "_$".contains(c)))
                    .unwrap_or(rest.len());
                let (word, behind) = rest.split_at(end);
                let named = skipped(behind).starts_with(':');
                out.push_str(&if named {
                    format!("\"{word}\"")
                } else {
                    word.to_owned()
                });
                rest = behind;
            }
            c => {
                out.push(c);
                rest = behind;
                // The parts of a number stay together, and two numbers apart.
                if c.is_ascii_digit() && rest.starts_with(char::is_whitespace) {
                    out.push(' ');
                }
            }
        }
    }
    out
}

/// What is behind white space and comments.
fn skipped(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        if text.starts_with("//") {
            text = text.split_once('\n').map_or("", |(_, behind)| behind);
        } else if let Some(inside) = text.strip_prefix("/*") {
            text = inside.split_once("*/").map_or("", |(_, behind)| behind);
        } else {
            return text;
        }
    }
}

/// Writes a string that began with `quote`; what is behind it.
fn string<'a>(text: &'a str, quote: char, out: &mut String) -> &'a str {
    out.push('"');
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            c if c == quote => {
                out.push('"');
                return &text[at + c.len_utf8()..];
            }
            '\\' => match characters.next() {
                Some((_, '\'')) => out.push('\''),
                Some((_, escaped)) => {
                    out.push('\\');
                    out.push(escaped);
                }
                None => return "",
            },
            '"' => out.push_str("\\\""),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    // No end: an error for the reader.
    ""
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_is_relaxed() {
        let text = r#"{ // a comment
            properties: {template:/* another, with "quotes" */ {"$schema": 'it\'s "x"', "a//b": [1, 2, -3.5e2,], },
            bare : true, "text": "line
break \" \\", },}"#;
        let read: Value = serde_json::from_str(&strict(text)).unwrap();
        assert_eq!(
            read,
            json!({"properties": {
                "template": {"$schema": "it's \"x\"", "a//b": [1, 2, -350.0]},
                "bare": true,
                "text": "line\nbreak \" \\",
            }})
        );
    }

    #[test]
    fn what_is_strict_stays_what_it_is() {
        for value in [
            json!({"a": ["b", 1, null, true, {"c//d": "/* e */"}], "ä": "\u{0}\n'"}),
            json!("x"),
            json!([]),
        ] {
            for text in [
                value.to_string(),
                serde_json::to_string_pretty(&value).unwrap(),
            ] {
                let read: Value = serde_json::from_str(&strict(&text)).unwrap();
                assert_eq!(read, value);
            }
        }
    }

    #[test]
    fn nonsense_stays_nonsense() {
        for text in [
            "{", "{a}", "{a:b}", "\"", "'", "[1 2]", "[,]", "[1,,2]", "{'a':1", "/*", "\\", "é",
        ] {
            let read = serde_json::from_str::<Value>(&strict(text));
            assert!(read.is_err(), "{text}: {read:?}");
        }
    }
}
