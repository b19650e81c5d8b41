//! How many codes wait for their use. A code is given to whoever asks, without a sign-in.

use std::collections::BTreeMap;

use crate::base::clock::Millis;

/// The most codes of one kind.
const MOST: usize = 1_000;

/// Makes room for another code: the one that ends first goes, if there are as many as there may be.
pub(super) fn make_room<T>(codes: &mut BTreeMap<String, T>, end: impl Fn(&T) -> Millis) {
    if codes.len() < MOST {
        return;
    }
    let first = codes.iter().min_by_key(|(_, code)| end(code));
    if let Some(first) = first.map(|(text, _)| text.clone()) {
        codes.remove(&first);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_that_ends_first_makes_room() {
        let mut codes = BTreeMap::new();
        for end in 0..MOST as u64 + 5 {
            make_room(&mut codes, |end| *end);
            codes.insert(end.to_string(), end);
        }
        assert_eq!(codes.len(), MOST);
        assert_eq!(codes.values().min(), Some(&5));
    }
}
