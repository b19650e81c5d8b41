//! Patterns as people write them: `*` stands for anything. Case is ignored.

/// Whether the text is this, or matches the pattern that this is.
pub(crate) fn is(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether the text contains this, or matches the pattern that this is.
pub(crate) fn is_part(pattern: &str, text: &str) -> bool {
    match pattern.contains('*') {
        true => is(pattern, text),
        false => text.to_lowercase().contains(&pattern.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_anything() {
        for (pattern, text) in [
            ("", ""),
            ("A", "a"),
            ("*", ""),
            ("*", "anything"),
            ("a*", "A"),
            ("a*b*c", "axxbxxbyyc"),
            ("*ab*ab*", "abab"),
            ("*?x=[1]", "/p?x=[1]"),
        ] {
            assert!(is(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", "ab"),
            ("a*a", "a"),
            ("*ab*ab*", "aba"),
            ("a*b", "abc"),
        ] {
            assert!(!is(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn without_a_star_a_part_is_enough() {
        assert!(is_part("/VMs", "/a/vms/b") && is_part("*/b", "/a/vms/b"));
        assert!(!is_part("/vms*", "/a/vms/b") && !is_part("/c", "/a/vms/b"));
    }
}
