//! The pages of a list that were read, to find a list that does not end.

use std::collections::HashSet;

use crate::base::{Category, Error, Result};

/// The pages of a list that were read.
#[derive(Default)]
pub(super) struct Trail {
    seen: HashSet<String>,
}

/// The most pages of one list. Azure's pages hold 100 to 1000 items.
const MOST: usize = 10_000;

impl Trail {
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
        match self.seen.len() {
            MOST.. => endless(format!("The list has not ended after {MOST} pages")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_once() {
        let mut trail = Trail::default();
        for link in ["a", "b", "c"] {
            assert_eq!(trail.follow(link, "x"), Ok(()));
        }
        let error = trail.follow("b", "x").unwrap_err();
        assert_eq!((error.code(), error.target()), ("PagingLoop", "x"));
    }

    #[test]
    fn a_list_of_ever_new_links_ends() {
        let mut trail = Trail::default();
        let ended = (0..2 * MOST).find(|n| trail.follow(&format!("{n}"), "x").is_err());
        assert_eq!(ended, Some(MOST - 1));
    }
}
