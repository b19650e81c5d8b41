//! The rows of queries that have further pages: evaluated once, and handed out page by page.
//!
//! A token names the rows; when they are no longer there, because too many other queries came
//! between, the query is evaluated again.

use std::collections::VecDeque;

use serde_json::Value;

use super::kql::{Column, Row};
use crate::state::Part;

/// Of how many queries the rows are remembered.
const CAPACITY: usize = 8;

/// The rows of a query, each as JSON: a fraction of the size of the values.
#[derive(Debug)]
pub(super) struct Evaluated {
    id: u64,
    pub(super) columns: Vec<Column>,
    rows: Vec<Box<str>>,
}

impl Evaluated {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows from `skip` on, at most `count`.
    pub(super) fn page(&self, skip: usize, count: usize) -> Vec<Row> {
        self.rows
            .iter()
            .skip(skip)
            .take(count)
            .map(|row| serde_json::from_str(row).unwrap_or_default())
            .collect()
    }
}

/// What is remembered of queries.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// The last one is the one that was used last.
    known: VecDeque<Evaluated>,
    made: u64,
}

impl Part for Pages {
    fn reset(&mut self) {
        self.known.clear();
    }
}

impl Pages {
    /// Remembers the rows of a query, and gives them their number.
    pub(super) fn add(&mut self, columns: Vec<Column>, rows: Vec<Row>) -> u64 {
        if self.known.len() == CAPACITY {
            self.known.pop_front();
        }
        self.made += 1;
        let rows = rows
            .into_iter()
            .map(|row| Value::Array(row).to_string().into_boxed_str())
            .collect();
        self.known.push_back(Evaluated {
            id: self.made,
            columns,
            rows,
        });
        self.made
    }

    /// The rows with that number.
    pub(super) fn find(&mut self, id: u64) -> Option<&Evaluated> {
        let at = self.known.iter().position(|one| one.id == id)?;
        let found = self.known.remove(at)?;
        self.known.push_back(found);
        self.known.back()
    }

    /// Forgets rows whose last page was handed out.
    pub(super) fn forget(&mut self, id: u64) {
        self.known.retain(|one| one.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_come_back_until_others_take_their_place() {
        let mut pages = Pages::default();
        let rows = |n: usize| {
            (0..n)
                .map(|i| vec![json!(i), json!({"a": [null]})])
                .collect()
        };
        let first = pages.add(Vec::new(), rows(5));
        let found = pages.find(first).unwrap();
        assert_eq!(found.len(), 5);
        assert_eq!(
            found.page(3, 10),
            [
                [json!(3), json!({"a": [null]})],
                [json!(4), json!({"a": [null]})]
            ]
        );
        let others: Vec<u64> = (1..CAPACITY)
            .map(|_| pages.add(Vec::new(), rows(1)))
            .collect();
        assert!(pages.find(first).is_some());
        pages.add(Vec::new(), rows(1));
        assert!(pages.find(others[0]).is_none(), "used the longest ago");
        assert!(pages.find(first).is_some());
        pages.forget(first);
        assert!(pages.find(first).is_none());
    }
}
