//! Where two services answered differently.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::record::{Answer, Record, Recording};

/// Headers of connections, caches and front doors, which say nothing about Resource Manager.
const NOT_COMPARED: &[&str] = &[
    "cache-status",
    "connection",
    "content-encoding",
    "content-length",
    "date",
    "keep-alive",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "via",
    "x-cache",
    "x-content-type-options",
    "x-msedge-ref",
];

/// Headers whose values are facts. Of the others, it is a fact that they are there.
const WITH_VALUE: &[&str] = &[
    "azure-asyncoperation",
    "cache-control",
    "content-type",
    "expires",
    "location",
    "pragma",
    "retry-after",
    "www-authenticate",
    "x-ms-failure-cause",
];

/// Members whose values are of their moment, whatever they are.
const OF_THE_MOMENT: &[&str] = &[
    "etag",
    "duration",
    "templateHash",
    "correlationId",
    "traceId",
];

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The area and the name of the step.
    pub step: String,
    /// What differs: `status`, `header NAME`, `body /a/b`, `operation …`, `time`.
    pub place: String,
    /// How it is at the first service, and at the other.
    pub values: [String; 2],
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, other] = &self.values;
        write!(f, "{}: {}: {first} | {other}", self.step, self.place)
    }
}

/// All differences between two recordings, in the order of the script.
pub fn compare(first: &Recording, other: &Recording) -> Vec<Difference> {
    let mut found = Vec::new();
    for record in &first.steps {
        let mut at = Comparison::of(&record.step);
        match other.steps.iter().find(|one| one.step == record.step) {
            Some(same) => at.records(record, same),
            None => at.add("step", "sent", "not sent"),
        }
        found.append(&mut at.found);
    }
    for record in &other.steps {
        if !first.steps.iter().any(|one| one.step == record.step) {
            let mut at = Comparison::of(&record.step);
            at.add("step", "not sent", "sent");
            found.append(&mut at.found);
        }
    }
    found
}

/// The comparison of one step.
struct Comparison<'a> {
    step: &'a str,
    found: Vec<Difference>,
}

impl<'a> Comparison<'a> {
    fn of(step: &'a str) -> Self {
        Self {
            step,
            found: Vec::new(),
        }
    }

    fn add(&mut self, place: impl Into<String>, first: impl ToString, other: impl ToString) {
        self.found.push(Difference {
            step: self.step.to_owned(),
            place: place.into(),
            values: [first.to_string(), other.to_string()],
        });
    }

    fn add_unless_same(&mut self, place: &str, first: &str, other: &str) {
        if first != other {
            self.add(place, first, other);
        }
    }

    fn records(&mut self, first: &Record, other: &Record) {
        match (&first.answer, &other.answer) {
            (Ok(one), Ok(same)) => self.answers("", one, same),
            (Err(one), Err(same)) => self.add_unless_same("answer", one, same),
            (Ok(one), Err(error)) => self.add("answer", one.status, error),
            (Err(error), Ok(same)) => self.add("answer", error, same.status),
        }
        self.further(&first.further, &other.further);
        self.time(first.milliseconds, other.milliseconds);
    }

    /// An answer, or one that follows from it, which `what` then names.
    fn answers(&mut self, what: &str, first: &Answer, other: &Answer) {
        if first.status != other.status {
            self.add(format!("{what}status"), first.status, other.status);
        }
        self.headers(what, first, other);
        self.bodies(&format!("{what}body "), &first.body, &other.body);
    }

    fn headers(&mut self, what: &str, first: &Answer, other: &Answer) {
        let names: BTreeSet<&String> = first.headers.keys().chain(other.headers.keys()).collect();
        for name in names {
            if NOT_COMPARED.contains(&&**name) {
                continue;
            }
            let place = format!("{what}header {name}");
            match (first.headers.get(name), other.headers.get(name)) {
                (Some(one), Some(same)) if WITH_VALUE.contains(&&**name) => {
                    self.add_unless_same(&place, one, same);
                }
                (Some(one), None) => self.add(place, one, "absent"),
                (None, Some(same)) => self.add(place, "absent", same),
                _ => {}
            }
        }
    }

    fn bodies(&mut self, place: &str, first: &Value, other: &Value) {
        match (first, other) {
            (Value::Object(one), Value::Object(same)) => {
                let names: BTreeSet<&String> = one.keys().chain(same.keys()).collect();
                for name in names {
                    let place = format!("{place}/{name}");
                    match (one.get(name), same.get(name)) {
                        (Some(_), Some(_)) if OF_THE_MOMENT.contains(&&**name) => {}
                        (Some(one), Some(same)) => self.bodies(&place, one, same),
                        (one, same) => self.add(place, shown(one), shown(same)),
                    }
                }
            }
            (Value::Array(one), Value::Array(same)) => {
                if one.len() != same.len() {
                    let items = |list: &[Value]| format!("{} items", list.len());
                    self.add(place, items(one), items(same));
                }
                for (at, (one, same)) in one.iter().zip(same).enumerate() {
                    self.bodies(&format!("{place}/{at}"), one, same);
                }
            }
            // How many of something there are is of the moment.
            (Value::Number(_), Value::Number(_)) => {}
            _ if first == other => {}
            _ => self.add(place, shown(Some(first)), shown(Some(other))),
        }
    }

    /// The looks at an operation: which states follow each other, and how each kind of look is
    /// answered. How many there are depends on the time.
    fn further(&mut self, first: &[Answer], other: &[Answer]) {
        let states = |answers: &[Answer]| {
            let mut states: Vec<String> = answers
                .iter()
                .map(|one| match one.state() {
                    Some(state) => format!("{} {state}", one.status),
                    None => one.status.to_string(),
                })
                .collect();
            states.dedup();
            match states.is_empty() {
                true => "none".to_owned(),
                false => states.join(", "),
            }
        };
        self.add_unless_same("operation states", &states(first), &states(other));
        let ends = [
            ("operation's first answer: ", first.first(), other.first()),
            ("operation's last answer: ", first.last(), other.last()),
        ];
        for (what, one, same) in ends {
            if let (Some(one), Some(same)) = (one, same) {
                self.answers(what, one, same);
            }
        }
    }

    /// Times differ with the network and the moment: only what takes several times as long is told.
    fn time(&mut self, first: u64, other: u64) {
        let (shorter, longer) = (first.min(other), first.max(other));
        if longer - shorter > 2_000 && longer > shorter * 4 {
            let seconds = |time: u64| format!("{:.1} s", Duration::from_millis(time).as_secs_f64());
            self.add("time", seconds(first), seconds(other));
        }
    }
}

/// A value in a line of the report.
fn shown(value: Option<&Value>) -> String {
    const MOST: usize = 160;
    let Some(value) = value else {
        return "absent".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn recording(status: u16, headers: &[(&str, &str)], body: Value) -> Recording {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let answer = Answer {
            status,
            headers: headers.collect(),
            body,
        };
        Recording {
            steps: vec![Record {
                step: "a: b".to_owned(),
                answer: Ok(answer),
                further: Vec::new(),
                milliseconds: 10,
            }],
        }
    }

    fn places(first: &Recording, other: &Recording) -> Vec<String> {
        compare(first, other)
            .into_iter()
            .map(|one| one.place)
            .collect()
    }

    #[test]
    fn the_same_answers_do_not_differ() {
        let one = recording(
            200,
            &[("date", "now"), ("x-ms-request-id", "1")],
            json!({ "count": 1, "etag": "1" }),
        );
        let same = recording(
            200,
            &[("x-ms-request-id", "2")],
            json!({ "count": 2, "etag": "2" }),
        );
        assert_eq!(compare(&one, &same), []);
    }

    #[test]
    fn status_headers_and_the_shape_of_the_body_are_compared() {
        let one = recording(
            201,
            &[("location", "/a"), ("retry-after", "1")],
            json!({ "a": [{ "b": "x" }], "c": 1 }),
        );
        let other = recording(
            200,
            &[("location", "/b"), ("x-ms-new", "1")],
            json!({ "a": [{ "b": null }, {}], "d": 1 }),
        );
        assert_eq!(
            places(&one, &other),
            [
                "status",
                "header location",
                "header retry-after",
                "header x-ms-new",
                "body /a",
                "body /a/0/b",
                "body /c",
                "body /d"
            ]
        );
    }

    #[test]
    fn operations_are_compared_by_their_states_and_not_by_their_looks() {
        let look = |state: &str| Answer {
            status: 200,
            headers: Default::default(),
            body: json!({ "status": state }),
        };
        let mut one = recording(202, &[], Value::Null);
        one.steps[0].further = vec![look("InProgress"), look("InProgress"), look("Succeeded")];
        let mut same = recording(202, &[], Value::Null);
        same.steps[0].further = vec![look("InProgress"), look("Succeeded")];
        assert_eq!(compare(&one, &same), []);
        let mut other = recording(202, &[], Value::Null);
        other.steps[0].further = vec![look("Running"), look("Succeeded")];
        assert_eq!(
            places(&one, &other),
            ["operation states", "operation's first answer: body /status"]
        );
    }

    #[test]
    fn only_what_takes_several_times_as_long_differs_in_time() {
        let took = |milliseconds| {
            let mut one = recording(200, &[], Value::Null);
            one.steps[0].milliseconds = milliseconds;
            one
        };
        assert_eq!(compare(&took(20), &took(1_900)), []);
        assert_eq!(compare(&took(4_000), &took(9_000)), []);
        assert_eq!(places(&took(1_000), &took(9_000)), ["time"]);
    }

    #[test]
    fn a_step_without_an_answer_differs() {
        let one = recording(200, &[], Value::Null);
        let mut other = recording(200, &[], Value::Null);
        other.steps[0].answer = Err("an earlier answer lacks etag".to_owned());
        assert_eq!(places(&one, &other), ["answer"]);
        assert_eq!(places(&Recording::default(), &one), ["step"]);
    }
}
