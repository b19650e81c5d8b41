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
    let words = text.split(|c: char| c.is_whitespace() || is_command(c));
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

/// Whether a console would carry a character out instead of showing it: a control character, a
/// line break, or what turns the order of the letters around (Unicode's property Bidi_Control),
/// which lets a text look like another one.
pub(crate) fn is_command(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text without what a console would carry out: each such character is a space. Line breaks and
/// tabs are among them.
pub(crate) fn plain(text: String) -> String {
    match text.contains(is_command) {
        true => text.replace(is_command, " "),
        false => text,
    }
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
    fn what_a_console_would_carry_out_is_a_space() {
        let told = plain("a\u{1b}[31mb\u{7}c\r\nd\u{9b}e\u{0}".to_owned());
        assert_eq!(told, "a [31mb c  d e ");
        let told = plain("a\u{202e}b\u{2066}c\u{2029}d\u{200f}e".to_owned());
        assert_eq!(told, "a b c d e");
        let letters = "é ok, سلام, 👨\u{200d}👩";
        assert_eq!(plain(letters.to_owned()), letters);
    }
}
