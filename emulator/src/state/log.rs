//! The log of requests, for tests and for whoever wants to see what a client did. It has no
//! bodies, no tokens and no headers beyond those named here.

use std::collections::VecDeque;

use serde::Serialize;

use crate::base::pattern;

/// How many entries are remembered; older ones go first.
const CAPACITY: usize = 10_000;

/// How many bytes of text the entries have together: what a client sends in a path or a header may
/// be long.
const MAX_TEXT: usize = 32 * 1024 * 1024;

/// One request.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    /// Counts from 1, in the order in which requests were answered.
    pub(crate) sequence: u64,
    /// When the request arrived.
    pub(crate) time: String,
    pub(crate) method: String,
    /// Path and query, as sent.
    pub(crate) path: String,
    /// 0 when the connection was closed without an answer.
    pub(crate) status: u16,
    /// What the service answered, of which a fault may have let the client see something else;
    /// none where a fault kept the request from it.
    pub(crate) service_status: Option<u16>,
    pub(crate) client_request_id: Option<String>,
    pub(crate) request_id: String,
    pub(crate) duration_ms: u64,
    pub(crate) user_agent: Option<String>,
    pub(crate) if_match: Option<String>,
    /// It carried a token that was given out here and had not expired.
    pub(crate) authenticated: bool,
    /// A fault on demand had a part in it.
    pub(crate) fault: bool,
    /// The name of that fault, if it is of the catalogue.
    pub(crate) fault_name: Option<&'static str>,
}

/// Which entries are wanted: those that have one of each list that is not empty.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// `WRITE` is every method but `GET` and `HEAD`.
    pub(crate) methods: Vec<String>,
    /// Parts of path and query, or patterns of them with `*`.
    pub(crate) paths: Vec<String>,
    /// Statuses, or patterns of them with `*`.
    pub(crate) statuses: Vec<String>,
}

impl Filter {
    fn wants(&self, entry: &Entry) -> bool {
        let is_read = ["GET", "HEAD"].contains(&entry.method.as_str());
        let status = entry.status.to_string();
        let method = |one: &String| {
            (one.eq_ignore_ascii_case("WRITE") && !is_read) || pattern::is(one, &entry.method)
        };
        let any = |list: &[String], wants: &dyn Fn(&String) -> bool| {
            list.is_empty() || list.iter().any(wants)
        };
        any(&self.methods, &method)
            && any(&self.paths, &|one| pattern::is_part(one, &entry.path))
            && any(&self.statuses, &|one| pattern::is(one, &status))
    }
}

impl Entry {
    /// The bytes of what the client sent.
    fn text(&self) -> usize {
        let optional = [&self.client_request_id, &self.user_agent, &self.if_match];
        let optional = optional.into_iter().flatten().map(String::len);
        self.method.len() + self.path.len() + optional.sum::<usize>()
    }
}

/// The last requests.
#[derive(Debug, Default)]
pub(crate) struct Log {
    entries: VecDeque<Entry>,
    text: usize,
    count: u64,
    cleared: u64,
}

impl Log {
    /// Adds an entry and gives it its number.
    pub(crate) fn add(&mut self, mut entry: Entry) {
        self.count += 1;
        entry.sequence = self.count;
        self.text += entry.text();
        self.entries.push_back(entry);
        while self.entries.len() > CAPACITY || self.text > MAX_TEXT {
            let Some(oldest) = self.entries.pop_front() else {
                break;
            };
            self.text -= oldest.text();
        }
    }

    /// Forgets the entries; numbers go on from where they were.
    pub(crate) fn clear(&mut self) {
        self.clear_through(self.count);
    }

    /// Forgets the entries up to that number.
    pub(crate) fn clear_through(&mut self, sequence: u64) {
        let kept = self.entries.partition_point(|one| one.sequence <= sequence);
        for gone in self.entries.drain(..kept) {
            self.text -= gone.text();
        }
        self.cleared = self.cleared.max(sequence.min(self.count));
    }

    /// How many entries since the last time that it was cleared are no longer in it.
    pub(crate) fn dropped(&self) -> u64 {
        (self.count - self.cleared).saturating_sub(self.entries.len() as u64)
    }

    pub(crate) fn entries<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| filter.wants(entry))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            sequence: 0,
            time: String::new(),
            method: String::new(),
            path: String::new(),
            status: 200,
            service_status: Some(200),
            client_request_id: None,
            request_id: String::new(),
            duration_ms: 0,
            user_agent: None,
            if_match: None,
            authenticated: false,
            fault: false,
            fault_name: None,
        }
    }

    #[test]
    fn the_log_is_bounded_and_numbers_go_on() {
        let entry = entry();
        let mut log = Log::default();
        for _ in 0..CAPACITY + 5 {
            log.add(entry.clone());
        }
        assert_eq!(log.len(), CAPACITY);
        assert_eq!(log.entries(&Filter::default()).next().unwrap().sequence, 6);
        assert_eq!(log.dropped(), 5);
        log.clear();
        assert_eq!(log.dropped(), 0);
        log.add(entry);
        assert_eq!(
            log.entries(&Filter::default()).next().unwrap().sequence,
            CAPACITY as u64 + 6
        );
    }

    #[test]
    fn entries_are_chosen_and_cleared_up_to_one() {
        let mut log = Log::default();
        for (method, path, status) in [
            ("GET", "/subscriptions/s/x?a=b", 200),
            ("PUT", "/subscriptions/s/X", 201),
            ("DELETE", "/subscriptions/s/y", 404),
        ] {
            let entry = entry();
            log.add(Entry {
                method: method.to_owned(),
                path: path.to_owned(),
                status,
                ..entry
            });
        }
        let found = |methods: &[&str], paths: &[&str], statuses: &[&str]| -> Vec<u64> {
            let list = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
            let filter = Filter {
                methods: list(methods),
                paths: list(paths),
                statuses: list(statuses),
            };
            log.entries(&filter).map(|one| one.sequence).collect()
        };
        assert_eq!(found(&[], &[], &[]), [1, 2, 3]);
        assert_eq!(found(&["put", "delete"], &[], &[]), [2, 3]);
        assert_eq!(found(&["write"], &[], &["2*"]), [2]);
        assert_eq!(found(&[], &["/x"], &[]), [1, 2]);
        assert_eq!(found(&[], &["*/x"], &[]), [2]);
        assert_eq!(found(&[], &[], &["404", "201"]), [2, 3]);
        assert!(found(&[], &[], &["40"]).is_empty());
        log.clear_through(2);
        assert_eq!((log.len(), log.dropped()), (1, 0));
        log.clear_through(1);
        assert_eq!((log.len(), log.dropped()), (1, 0));
        log.clear_through(9);
        assert_eq!((log.len(), log.dropped(), log.text), (0, 0, 0));
        log.add(entry());
        assert_eq!((log.len(), log.dropped()), (1, 0));
    }

    #[test]
    fn long_requests_take_the_place_of_more_entries() {
        let mut long = entry();
        long.path = "x".repeat(64 * 1024);
        let mut log = Log::default();
        for _ in 0..CAPACITY {
            log.add(long.clone());
        }
        assert_eq!(log.len(), MAX_TEXT / (64 * 1024));
        assert_eq!(log.dropped(), (CAPACITY - log.len()) as u64);
        for _ in 0..CAPACITY {
            log.add(entry());
        }
        assert_eq!((log.len(), log.text), (CAPACITY, 0));
    }
}
