//! A text that a user gives, in the queries that are made with it: it stays a text there.

use std::cell::RefCell;

use managed_identity::fuzzing::query;

use crate::emulated::Emulated;
use crate::input;

pub fn run(data: &[u8]) {
    let text = input::text(data);
    let (literal, condition, tag) = query(&text);
    thread_local! {
        static EMULATOR: RefCell<Emulated> = RefCell::default();
    }
    EMULATOR.with_borrow_mut(|emulator| {
        for condition in [Some(format!("name == {literal}")), condition, Some(tag)] {
            let Some(condition) = condition else { continue };
            let answer = emulator.query(&format!("Resources | where {condition} | project name"));
            assert_eq!(
                answer.status,
                200,
                "{condition}: {}",
                input::text(&answer.body)
            );
        }
    });
}
