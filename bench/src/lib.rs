//! `cargo xtask bench`: the module beside what people use today.
//!
//! A measure ([`measures`]) runs a program that prints [`sample`]s; [`results`] keeps them. All that
//! is published ([`publish`]) is made from the results alone, and [`compare`] says what turned since
//! earlier ones.

pub mod command;
pub mod compare;
pub mod emulator;
pub mod machine;
pub mod measures;
mod own;
mod page;
mod plot;
pub mod publish;
pub mod results;
pub mod run;
pub mod sample;
mod series;
mod stats;
pub mod tools;

/// What a step says when it can't be done.
pub type Result<T> = std::result::Result<T, String>;
