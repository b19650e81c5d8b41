//! Names that are like one that does not exist.

use std::cmp::Reverse;

/// How many names an error lists.
const MOST: usize = 5;

/// Of some names those that are like `name`, the likest first.
pub(crate) fn similar<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let mut found: Vec<_> = names
        .into_iter()
        .filter_map(|known| Some((likeness(&wanted, &known.to_lowercase())?, known)))
        .collect();
    found.sort_unstable();
    found.dedup();
    found.truncate(MOST);
    found.into_iter().map(|(_, known)| known).collect()
}

/// How like two names are, less being liker; none when they are not. Names are like when a few
/// letters tell them apart, or when one begins with the other or has it in it.
fn likeness(wanted: &str, known: &str) -> Option<(usize, usize, Reverse<usize>)> {
    let length = wanted.chars().count();
    if length == 0 {
        return None;
    }
    let edits = edits(wanted, known);
    let is_within = length > 2 && (known.contains(wanted) || wanted.contains(known));
    let begins = known
        .chars()
        .zip(wanted.chars())
        .take_while(|(one, other)| one == other);
    let common = begins.count();
    match (edits * 3 <= length, is_within) {
        (true, _) => Some((0, edits, Reverse(common))),
        (false, true) => Some((1, edits, Reverse(common))),
        (false, false) => None,
    }
}

/// How many letters must be added, removed or changed to make one text of the other.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut before = at;
        row[0] = at + 1;
        for (column, known) in other.iter().enumerate() {
            let changed = before + usize::from(letter != *known);
            before = row[column + 1];
            row[column + 1] = changed.min(before + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (one, other, count) in [
            ("", "", 0),
            ("abc", "", 3),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("user.raed.all", "user.read.all", 2),
        ] {
            assert_eq!(edits(one, other), count, "{one} {other}");
        }
    }

    #[test]
    fn the_likest_come_first_and_others_not_at_all() {
        let names = [
            "Mail.Send",
            "User.Read.All",
            "User.ReadWrite.All",
            "User.ReadBasic.All",
            "User.Invite.All",
        ];
        let like = |name: &str| similar(name, names);
        assert_eq!(like("user.raed.all")[0], "User.Read.All");
        assert_eq!(
            like("User.Read"),
            ["User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All"]
        );
        assert_eq!(like("Mail.Sent"), ["Mail.Send"]);
        for nothing in ["", "x", "Sites.Selected"] {
            assert_eq!(like(nothing), [""; 0], "{nothing}");
        }
    }
}
