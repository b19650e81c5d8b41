//! The pages of a list that were read, to find a list that does not end.

use std::collections::HashSet;

use crate::base::{Category, Error, Result};

/// The pages of a list that were read.
pub(super) struct Trail {
    seen: HashSet<String>,
    most: usize,
}

impl Trail {
    /// That of a list of so many pages at most.
    pub(super) fn of(most: usize) -> Self {
        let seen = HashSet::new();
        Self { seen, most }
    }

    /// Notes the link of the page that is read next, of the list that errors call `target`.
    ///
    /// # Errors
    /// `PagingLoop` when the link leads to a page that was read before, or after too many pages.
    pub(super) fn follow(&mut self, link: &str, target: &str) -> Result<()> {
        let endless = |message: String| {
            let category = Category::InvalidResult;
            Err(Error::new(category, "PagingLoop", target, message)
                .advise("The list is incomplete. Try again later, or ask for a smaller list."))
        };
        if !self.seen.insert(link.to_owned()) {
            return endless("The next link of the list points to a page that was read".to_owned());
        }
        match self.seen.len() < self.most {
            true => Ok(()),
            false => endless(format!("The list has not ended after {} pages", self.most)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_once() {
        let mut trail = Trail::of(10);
        for link in ["a", "b", "c"] {
            assert_eq!(trail.follow(link, "x"), Ok(()));
        }
        let error = trail.follow("b", "x").unwrap_err();
        assert_eq!((error.code(), error.target()), ("PagingLoop", "x"));
    }

    #[test]
    fn a_list_of_ever_new_links_ends() {
        let mut trail = Trail::of(10);
        let ended = (0..20).find(|n| trail.follow(&format!("{n}"), "x").is_err());
        assert_eq!(ended, Some(9));
    }
}
