//! What is there, and which of it completes a word.

use std::collections::HashMap;

use crate::base::{folded, is_command, one_line};

/// What can stand in the place of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The argument.
    pub value: String,
    /// What a list shows for it, on one line.
    pub label: String,
    /// What else tells it from others, on one line.
    pub detail: String,
}

/// Something that the service knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The argument; a word may begin it.
    pub value: String,
    /// What it is called; a word may be anywhere in it.
    pub label: String,
    /// Another name that a word may be in; empty when there is none.
    pub alias: String,
    pub detail: String,
    /// Whether it is likelier to be meant than others.
    pub near: bool,
}

/// The most that is suggested: what PowerShell shows without asking first.
const MOST: usize = 100;

/// How many places are told of things that have one name.
const MOST_DETAILS: usize = 3;

/// How well a word fits: less is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Begins,
    IsWithin,
}

impl Found {
    /// What is called by its own value.
    pub(super) fn named(name: impl Into<String>, detail: String) -> Self {
        let name = name.into();
        Self {
            label: name.clone(),
            value: name,
            detail,
            ..Self::default()
        }
    }

    /// How well a folded word fits; none when it does not.
    fn fit(&self, word: &str) -> Option<Fit> {
        let texts = [&self.label, &self.alias].map(|text| folded(text));
        let begins = |text: &String| text.starts_with(word);
        if texts.iter().any(begins) || begins(&folded(&self.value)) {
            return Some(Fit::Begins);
        }
        texts
            .iter()
            .any(|text| text.contains(word))
            .then_some(Fit::IsWithin)
    }

    /// Whether it can be an argument: a line break or an escape sequence in one is a trap.
    fn is_plain(&self) -> bool {
        !self.value.is_empty() && !self.value.contains(is_command)
    }

    fn suggestion(&self) -> Suggestion {
        let label = one_line(&self.label);
        Suggestion {
            value: self.value.clone(),
            label: match label.is_empty() {
                true => self.value.clone(),
                false => label,
            },
            detail: one_line(&self.detail),
        }
    }
}

/// Those that complete a word, in a stable order: first what begins with it, then what has it
/// elsewhere; of these the likelier first, then by name. Of several with one value there is one.
pub(super) fn choose<'a>(
    found: impl IntoIterator<Item = &'a Found>,
    word: &str,
) -> Vec<Suggestion> {
    let word = folded(word);
    let mut fitting: Vec<_> = found
        .into_iter()
        .filter(|one| one.is_plain())
        .filter_map(|one| Some((one.fit(&word)?, !one.near, folded(&one.label), one)))
        .collect();
    fitting.sort_by(|one, other| {
        let key = |(fit, far, label, _): &(Fit, bool, String, &Found)| (*fit, *far, label.clone());
        key(one)
            .cmp(&key(other))
            .then_with(|| one.3.value.cmp(&other.3.value))
            .then_with(|| one.3.detail.cmp(&other.3.detail))
    });
    let mut chosen: Vec<Suggestion> = Vec::new();
    let mut places: HashMap<String, (usize, usize)> = HashMap::new();
    for (.., one) in fitting {
        let next = (chosen.len(), 1);
        let (at, count) = *places.entry(folded(&one.value)).or_insert(next);
        if at < chosen.len() {
            if count < MOST_DETAILS && !one.detail.is_empty() {
                let detail = &mut chosen[at].detail;
                detail.push_str("; ");
                detail.push_str(&one_line(&one.detail));
                places.insert(folded(&one.value), (at, count + 1));
            }
        } else if chosen.len() < MOST {
            chosen.push(one.suggestion());
        } else {
            break;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(name: &str) -> Found {
        Found::named(name, String::new())
    }

    fn values(found: &[Found], word: &str) -> Vec<String> {
        choose(found, word)
            .into_iter()
            .map(|one| one.value)
            .collect()
    }

    #[test]
    fn what_begins_with_the_word_comes_first_in_any_casing() {
        let roles = ["Vault Reader", "Reader", "Key Vault Reader"].map(named);
        assert_eq!(
            values(&roles, "read"),
            ["Reader", "Key Vault Reader", "Vault Reader"]
        );
        assert_eq!(
            values(&roles, "VAULT"),
            ["Vault Reader", "Key Vault Reader"]
        );
        assert_eq!(
            values(&roles, ""),
            ["Key Vault Reader", "Reader", "Vault Reader"]
        );
        assert!(values(&roles, "x").is_empty());
        let other = ["Äpfel", "группа"].map(named);
        assert_eq!(values(&other, "äp"), ["Äpfel"]);
        assert_eq!(values(&other, "ГРУ"), ["группа"]);
    }

    #[test]
    fn characters_of_patterns_stand_for_themselves() {
        let names = ["a[1]", "a1", "a*b", "a?"].map(named);
        assert_eq!(values(&names, "a["), ["a[1]"]);
        assert_eq!(values(&names, "*"), ["a*b"]);
        assert_eq!(values(&names, "?"), ["a?"]);
    }

    #[test]
    fn an_id_fits_by_its_beginning_and_by_its_name() {
        let one = Found {
            value: "/subscriptions/s/x".to_owned(),
            label: "Shop".to_owned(),
            alias: "Laden".to_owned(),
            ..Found::default()
        };
        let found = [one];
        for word in ["/sub", "SHOP", "ho", "lad", "/Subscriptions/S/"] {
            assert_eq!(values(&found, word).len(), 1, "{word}");
        }
        assert!(values(&found, "subscriptions").is_empty());
    }

    #[test]
    fn the_likelier_ones_come_first_among_those_that_fit_as_well() {
        let mut found = ["b", "a", "xa"].map(named);
        found[0].near = true;
        found[2].near = true;
        assert_eq!(values(&found, ""), ["b", "xa", "a"]);
        assert_eq!(values(&found, "a"), ["a", "xa"]);
    }

    #[test]
    fn one_value_is_suggested_once_with_the_places_of_all() {
        let at = |name: &str, place: &str| Found::named(name, place.to_owned());
        let found = [
            at("vm1", "rg2"),
            at("VM1", "rg1"),
            at("vm1", "rg3"),
            at("vm1", "rg4"),
        ];
        let chosen = choose(&found, "vm");
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].detail.matches("rg").count(), 3, "{chosen:?}");
    }

    #[test]
    fn there_are_no_more_than_a_list_shows() {
        let found: Vec<Found> = (0..500).map(|n| named(&format!("id{n:03}"))).collect();
        let chosen = values(&found, "id");
        assert_eq!(chosen.len(), MOST);
        assert_eq!(chosen[0], "id000");
    }

    #[test]
    fn nothing_hostile_reaches_the_terminal() {
        let found = Found {
            value: "a".to_owned(),
            label: "\u{1b}[31mred\nline".to_owned(),
            detail: "x\ty\u{7}".to_owned(),
            ..Found::default()
        };
        let chosen = choose(&[found, named("a\nb"), named("")], "");
        assert_eq!(chosen.len(), 1);
        assert_eq!(
            (&*chosen[0].label, &*chosen[0].detail),
            ("[31mred line", "x y")
        );
    }

    proptest! {
        #[test]
        fn the_order_of_what_came_does_not_count(
            names in prop::collection::vec("[aAbB ]{1,3}", 0..20),
            word in "[ab]{0,2}",
        ) {
            let found: Vec<Found> = names.iter().map(|name| named(name)).collect();
            let mut turned = found.clone();
            turned.reverse();
            prop_assert_eq!(choose(&found, &word), choose(&turned, &word));
        }
    }
}
