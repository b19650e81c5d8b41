//! Hostile input for each reader of the library and of the emulator: what strangers write, and what
//! a host passes through the C ABI.
//!
//! A target takes any bytes and checks what must hold of them: that nothing panics and nothing takes
//! long, and where there is more to say, that too. `tests/corpus.rs` runs each over its corpus and
//! over short mutations of it; `cargo xtask fuzz` looks for input that none of these has.

pub mod abi;
mod answers;
mod bodies;
mod emulated;
mod headers;
mod ids;
mod input;
mod keys;
mod queries;
mod redaction;
mod templates;
mod tokens;
mod tools;

use std::time::{Duration, Instant};

/// Hostile input of one kind.
pub struct Target {
    /// Its name, which is that of its corpus.
    pub name: &'static str,
    /// What the input is.
    pub about: &'static str,
    run: fn(&[u8]),
}

/// No input of the length that fuzzers make takes longer, also on a busy machine without
/// optimisation.
const LONGEST: Duration = Duration::from_secs(20);

impl Target {
    /// Runs the target once.
    ///
    /// # Panics
    /// When something does not hold.
    pub fn run(&self, data: &[u8]) {
        let started = Instant::now();
        (self.run)(data);
        let taken = started.elapsed();
        assert!(taken < LONGEST, "{} took {taken:?}", self.name);
    }

    /// The target of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "abi",
        about: "records of the C ABI with any content, from every call that submits an operation",
        run: abi::run,
    },
    Target {
        name: "answers",
        about: "what a service answers to whole operations: statuses, headers, links, bodies",
        run: answers::run,
    },
    Target {
        name: "bodies",
        about: "JSON: errors, identities, machines, lists, deployments, descriptions of clouds",
        run: bodies::run,
    },
    Target {
        name: "emulator_kql",
        about: "queries of Resource Graph, to the emulator",
        run: emulated::kql,
    },
    Target {
        name: "emulator_odata",
        about: "options of Microsoft Graph's and Resource Manager's lists, to the emulator",
        run: emulated::odata,
    },
    Target {
        name: "emulator_requests",
        about: "any request with any token, to the emulator",
        run: emulated::requests,
    },
    Target {
        name: "emulator_template",
        about: "templates with expressions, to the emulator",
        run: emulated::template,
    },
    Target {
        name: "headers",
        about: "Retry-After and quotas, WWW-Authenticate, challenges of claims and of Azure Arc",
        run: headers::run,
    },
    Target {
        name: "ids",
        about: "resource ids and scopes",
        run: ids::run,
    },
    Target {
        name: "keys",
        about: "PEM files and encrypted keys",
        run: keys::run,
    },
    Target {
        name: "queries",
        about: "names and patterns, as literals and conditions of the queries that the library makes",
        run: queries::run,
    },
    Target {
        name: "redaction",
        about: "a secret and what reflects it",
        run: redaction::run,
    },
    Target {
        name: "templates",
        about: "templates with comments and parameters, and the causes of failed deployments",
        run: templates::run,
    },
    Target {
        name: "tokens",
        about: "JSON web tokens, and what token endpoints and services of tokens answer",
        run: tokens::run,
    },
    Target {
        name: "tools",
        about: "what az and Azure PowerShell print, their configuration, and requests of browsers",
        run: tools::run,
    },
];
