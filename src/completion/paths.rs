//! The id of a scope as far as it is written.

/// What the last part of an unfinished id stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Path<'a> {
    /// A subscription, in this word.
    Subscription(&'a str),
    /// A resource group of a subscription, in this word.
    Group(&'a str, &'a str),
    /// Something in a resource group of a subscription.
    Below(&'a str, &'a str),
}

/// Reads the beginning of an id; none when it is of another form.
pub(super) fn read(word: &str) -> Option<Path<'_>> {
    let parts: Vec<&str> = word.strip_prefix('/')?.split('/').collect();
    let begins = |part: &str, name: &str| {
        name.get(..part.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(part))
    };
    let is = |part: &str, name: &str| part.eq_ignore_ascii_case(name);
    match parts[..] {
        [first] if begins(first, "subscriptions") => Some(Path::Subscription("")),
        [first, subscription] if is(first, "subscriptions") => {
            Some(Path::Subscription(subscription))
        }
        [first, subscription, third]
            if is(first, "subscriptions") && begins(third, "resourceGroups") =>
        {
            Some(Path::Group(subscription, ""))
        }
        [first, subscription, third, group]
            if is(first, "subscriptions") && is(third, "resourceGroups") =>
        {
            Some(Path::Group(subscription, group))
        }
        [first, subscription, third, group, _, ..]
            if is(first, "subscriptions") && is(third, "resourceGroups") =>
        {
            Some(Path::Below(subscription, group))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_an_id_stands_for_something() {
        for (word, expected) in [
            ("/", Some(Path::Subscription(""))),
            ("/subs", Some(Path::Subscription(""))),
            ("/subscriptions/", Some(Path::Subscription(""))),
            ("/Subscriptions/aa", Some(Path::Subscription("aa"))),
            ("/subscriptions/s/", Some(Path::Group("s", ""))),
            ("/subscriptions/s/RES", Some(Path::Group("s", ""))),
            (
                "/subscriptions/s/resourcegroups/r",
                Some(Path::Group("s", "r")),
            ),
            (
                "/subscriptions/s/resourceGroups/r/",
                Some(Path::Below("s", "r")),
            ),
            (
                "/subscriptions/s/resourceGroups/r/providers/x/y/z",
                Some(Path::Below("s", "r")),
            ),
            ("/subscriptions/s/providers", None),
            ("/providers/Microsoft.Management", None),
            ("/é", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(read(word), expected, "{word}");
        }
    }
}
