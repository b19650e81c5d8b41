//! What belongs to one run and is in no state file.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt::Debug;

use super::faults::Faults;
use super::history::History;
use super::log::Log;
use super::settings::Settings;
use super::throttle::Throttle;
use crate::base::clock::Millis;

/// Where a resource provider's registration stands; one that is not in the map is registered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Registration {
    NotRegistered,
    /// Registered from that time on.
    Registering(Millis),
}

/// What a provider remembers of the run.
pub(crate) trait Part: Any + Debug + Send {
    /// Forgets what a reset of the emulator takes back.
    fn reset(&mut self);
}

/// The parts of all providers, one of each type.
#[derive(Debug, Default)]
pub(crate) struct Parts(HashMap<TypeId, Box<dyn Part>>);

impl Parts {
    /// Adds an empty part.
    pub(crate) fn add<T: Part + Default>(&mut self) {
        self.0.insert(TypeId::of::<T>(), Box::new(T::default()));
    }

    fn reset(&mut self) {
        self.0.values_mut().for_each(|part| part.reset());
    }
}

/// What belongs to this run and is in no state file.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) settings: Settings,
    pub(crate) log: Log,
    pub(crate) history: History,
    pub(crate) faults: Faults,
    pub(crate) throttle: Throttle,
    /// By namespace in lower case.
    pub(crate) registrations: HashMap<String, Registration>,
    /// Why the state file could not be written last time.
    pub(crate) state_error: Option<String>,
    parts: Parts,
}

impl Session {
    pub(super) fn new(settings: Settings, parts: Parts) -> Self {
        Session {
            settings,
            log: Log::default(),
            history: History::default(),
            faults: Faults::default(),
            throttle: Throttle::default(),
            registrations: HashMap::new(),
            state_error: None,
            parts,
        }
    }

    /// The part of that type. Its provider has added it at the start.
    pub(crate) fn part<T: Part>(&self) -> &T {
        let part: Option<&dyn Any> = match self.parts.0.get(&TypeId::of::<T>()) {
            Some(part) => Some(&**part),
            None => None,
        };
        part.and_then(<dyn Any>::downcast_ref)
            .expect("a provider adds the parts that it uses")
    }

    /// As [`Session::part`], to change it.
    pub(crate) fn part_mut<T: Part>(&mut self) -> &mut T {
        let part: Option<&mut dyn Any> = match self.parts.0.get_mut(&TypeId::of::<T>()) {
            Some(part) => Some(&mut **part),
            None => None,
        };
        part.and_then(<dyn Any>::downcast_mut)
            .expect("a provider adds the parts that it uses")
    }

    /// Back to the start: settings, log, faults and what providers remember.
    pub(super) fn reset(&mut self, settings: Settings) {
        self.settings = settings;
        self.log.clear();
        self.history.clear();
        self.faults.clear();
        self.throttle = Throttle::default();
        self.registrations.clear();
        self.parts.reset();
    }
}
