//! Small things about texts that more than one place needs.

/// Whether a text is a GUID as Azure writes it, with hyphens and without braces.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// The text with a capital at its beginning.
pub(crate) fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// The text with a full stop, unless it has an end already.
pub(crate) fn sentence(text: &str) -> String {
    match text.ends_with(['.', '!', '?']) {
        true => text.to_owned(),
        false => format!("{text}."),
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
    fn texts_begin_and_end_as_sentences_do() {
        assert_eq!(capitalized("the service"), "The service");
        assert_eq!(capitalized(""), "");
        assert_eq!(sentence("It is so"), "It is so.");
        assert_eq!(sentence("Is it so?"), "Is it so?");
    }
}
