//! The log of requests, for tests and for whoever wants to see what a client did. It has no
//! bodies, no tokens and no headers beyond those named here.

use std::collections::VecDeque;

use serde::Serialize;

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
        self.entries.clear();
        self.text = 0;
        self.cleared = self.count;
    }

    /// How many entries since the last time that it was cleared are no longer in it.
    pub(crate) fn dropped(&self) -> u64 {
        self.count - self.cleared - self.entries.len() as u64
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
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
        assert_eq!(log.entries().next().unwrap().sequence, 6);
        assert_eq!(log.dropped(), 5);
        log.clear();
        assert_eq!(log.dropped(), 0);
        log.add(entry);
        assert_eq!(log.entries().next().unwrap().sequence, CAPACITY as u64 + 6);
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
