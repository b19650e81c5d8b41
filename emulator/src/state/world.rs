//! All that one emulator knows.

use std::path::PathBuf;

use super::session::{Parts, Registration, Session};
use super::settings::Settings;
use super::store::State;
use crate::base::admin_key::AdminKey;
use crate::base::clock::{Clock, Millis};
use crate::base::options::Options;

/// What the emulator is, for the whole run.
#[derive(Debug)]
pub(crate) struct Site {
    /// `http://127.0.0.1:PORT`.
    pub(crate) endpoint: String,
    pub(crate) admin_key: AdminKey,
    /// Where the agent of Azure Arc puts its keys, if the starter chose a folder.
    pub(crate) arc_folder: Option<PathBuf>,
    pub(crate) clock: Clock,
    pub(crate) started: Millis,
    /// The settings to go back to on a reset.
    pub(crate) initial: Settings,
    /// The state to go back to on a reset, if it is not that of a fresh emulator.
    pub(crate) seed: Option<State>,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) state: State,
    pub(crate) session: Session,
    /// Counts the changes of `state`, for whoever writes it to a file.
    pub(crate) revision: u64,
}

impl World {
    pub(crate) fn new(
        endpoint: String,
        admin_key: AdminKey,
        clock: Clock,
        options: &Options,
        seed: Option<State>,
        state: State,
        parts: Parts,
    ) -> Self {
        let initial = Settings::of(options);
        World {
            site: Site {
                endpoint,
                admin_key,
                arc_folder: options.arc_folder.clone(),
                clock,
                started: clock.now(),
                initial: initial.clone(),
                seed,
            },
            state,
            session: Session::new(initial, parts),
            revision: 0,
        }
    }

    /// The time that the server shows: its own and the skew.
    pub(crate) fn server_time(&self) -> Millis {
        let skew = self.session.settings.clock_skew_seconds;
        self.site
            .clock
            .now()
            .saturating_add_signed(skew.saturating_mul(1_000))
    }

    /// Back to the start: resources, settings, log and faults. Tokens stay valid, so that a client
    /// that has signed in need not notice.
    pub(crate) fn reset(&mut self, now: Millis) {
        let seed = self.site.seed.clone();
        self.state = seed.unwrap_or_else(|| State::seeded(now));
        self.session.reset(self.site.initial.clone());
        self.revision += 1;
    }

    pub(crate) fn registration(&self, namespace: &str, now: Millis) -> &'static str {
        match self.session.registrations.get(&namespace.to_lowercase()) {
            None => "Registered",
            Some(Registration::Registering(until)) if *until <= now => "Registered",
            Some(Registration::Registering(_)) => "Registering",
            Some(Registration::NotRegistered) => "NotRegistered",
        }
    }
}
