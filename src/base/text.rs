//! Small things about texts that more than one place needs.

/// Whether a text is a GUID as Azure writes it, with hyphens and without braces.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// Whether two names or ids are the same to Azure, which compares them ordinally, without regard to
/// casing, in every script. The names of resource groups, tags and roles may have letters of any.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    one.chars().map(upper).eq(other.chars().map(upper))
}

/// The form that [`same_name`] compares, for keys of maps.
pub(crate) fn folded(name: &str) -> String {
    name.chars().map(upper).collect()
}

/// As .NET's OrdinalIgnoreCase: one character for one, and none of ASCII for another ('ı' is no
/// 'I').
fn upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) if one.is_ascii() == c.is_ascii() => one,
        _ => c,
    }
}

/// The text with a capital at its beginning.
pub(crate) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// The text with a full stop, unless it has an end already.
pub(crate) fn with_full_stop(text: &str) -> String {
    match text.ends_with(['.', '!', '?']) {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

/// The text on one line: line breaks and control characters are spaces, and runs of spaces one.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// At most 120 characters, so that a message stays a message.
pub(crate) fn abbreviate(text: &str) -> String {
    truncated(text, 120)
}

/// At most as many characters.
pub(crate) fn truncated(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text without control characters, which a console would carry out: each is a space. Line
/// breaks and tabs are control characters as well.
pub(crate) fn plain(text: String) -> String {
    match text.contains(char::is_control) {
        true => text.replace(char::is_control, " "),
        false => text,
    }
}

/// What a service answered, without the secrets that it was sent, which it may reflect as they are
/// or as a part of a form.
pub(crate) fn without_sent(mut body: Vec<u8>, secrets: &[&str]) -> Vec<u8> {
    for secret in secrets
        .iter()
        .filter(|secret| secret.len() >= SHORTEST_SECRET)
    {
        let encoded = form_encoded(secret);
        for form in [secret.as_bytes(), encoded.as_bytes()] {
            body = replaced(body, form, HIDDEN.as_bytes());
        }
    }
    body
}

fn form_encoded(text: &str) -> String {
    let mut form = reqwest::Url::parse("form:").expect("is a URL");
    form.query_pairs_mut().append_key_only(text);
    form.query().unwrap_or_default().to_owned()
}

/// A shorter one is also found in what is no secret.
const SHORTEST_SECRET: usize = 6;

/// What stands in the place of a secret.
const HIDDEN: &str = "(not shown)";

fn replaced(body: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut rest = &body[..];
    let mut out = Vec::new();
    while let Some(at) = rest.windows(from.len()).position(|part| part == from) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    match rest.len() == body.len() {
        true => body,
        false => [&out[..], rest].concat(),
    }
}

/// The text without what looks like a token or a signature.
pub(crate) fn without_secrets(text: &str) -> String {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=%".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // A JSON web token begins with the base64 of `{"`; a signature is a member of a query.
    while let Some((at, keep)) = ["eyJ", "sig=", "Bearer "]
        .iter()
        .filter_map(|start| {
            rest.find(start)
                .map(|at| (at, if *start == "eyJ" { 0 } else { start.len() }))
        })
        .min()
    {
        let from = at + keep;
        let length = rest[from..]
            .find(|c| !is_inside(c))
            .unwrap_or(rest.len() - from);
        out.push_str(&rest[..from]);
        // A word that only begins like a token is none.
        match length >= 20 {
            true => out.push_str(HIDDEN),
            false => out.push_str(&rest[from..from + length]),
        }
        rest = &rest[from + length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_have_one_form() {
        let guid = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";
        assert!(is_guid(guid) && is_guid(&guid.to_uppercase()));
        for other in [
            "",
            "id1",
            &guid[1..],
            &guid.replace('-', ""),
            &format!("{{{guid}}}"),
        ] {
            assert!(!is_guid(other), "{other}");
        }
    }

    #[test]
    fn names_are_the_same_in_any_casing_of_any_script() {
        for (one, other) in [
            ("rg-1", "RG-1"),
            ("ÄPFEL", "äpfel"),
            ("группа", "ГРУППА"),
            ("Straße", "STRAßE"),
        ] {
            assert!(same_name(one, other), "{one}");
            assert_eq!(folded(one), folded(other));
        }
        for (one, other) in [
            ("ı", "I"),
            ("İ", "i"),
            ("ſ", "s"),
            ("ß", "ss"),
            ("a", "ab"),
            ("é", "e"),
        ] {
            assert!(!same_name(one, other), "{one}");
        }
    }

    #[test]
    fn texts_begin_and_end_as_sentences_do() {
        assert_eq!(capitalized("the service"), "The service");
        assert_eq!(capitalized(""), "");
        assert_eq!(with_full_stop("It is so"), "It is so.");
        assert_eq!(with_full_stop("Is it so?"), "Is it so?");
    }

    #[test]
    fn one_line_has_single_spaces() {
        assert_eq!(one_line(" a\r\n\tb \u{1b}[0m c\n"), "a b [0m c");
    }

    #[test]
    fn control_characters_are_spaces() {
        let told = plain("a\u{1b}[31mb\u{7}c\r\nd\u{9b}e\u{0}".to_owned());
        assert_eq!(told, "a [31mb c  d e ");
        assert_eq!(plain("é ok".to_owned()), "é ok");
    }

    #[test]
    fn what_was_sent_is_left_out_in_every_form() {
        let told = |body: &str, secrets: &[&str]| {
            String::from_utf8(without_sent(body.as_bytes().to_vec(), secrets)).unwrap()
        };
        let secret = "s3cr~t/+= x";
        assert_eq!(
            told("a s3cr~t/+= x, s3cr%7Et%2F%2B%3D+x.", &[secret]),
            "a (not shown), (not shown)."
        );
        assert_eq!(told("a b", &["a"]), "a b");
        assert_eq!(
            told("nothing of it", &[secret, "other-secret"]),
            "nothing of it"
        );
    }

    #[test]
    fn tokens_and_signatures_are_left_out() {
        let token = format!("eyJ{}.{}", "a".repeat(40), "b".repeat(40));
        let text = format!(
            "Authorization: Bearer {token}, url https://x/?sig={}&a=1",
            "c".repeat(30)
        );
        let shown = without_secrets(&text);
        assert_eq!(
            shown,
            "Authorization: Bearer (not shown), url https://x/?sig=(not shown)&a=1"
        );
        assert_eq!(
            without_secrets("eyJ and Bearer of news"),
            "eyJ and Bearer of news"
        );
        assert_eq!(without_secrets(&token), "(not shown)");
    }
}
