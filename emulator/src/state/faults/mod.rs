//! Faults on demand: what a request meets in place of the service, by a name of the catalogue or
//! described in JSON.

mod action;
mod catalogue;
mod interference;
mod rewrite;

use serde::{Deserialize, Serialize};

use action::Action;
pub(crate) use catalogue::{ALL, Named};
pub(crate) use interference::{Delivery, Ending, Exchange, Interference};

use crate::base::clock::Millis;
use crate::base::http::Request;
use crate::base::pattern;

/// The header by which a request chooses its own faults.
const HEADER: &str = "x-emulator-fault";

/// A fault, as it is posted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Fault {
    /// Only requests with this method; `WRITE` for those that change something.
    #[serde(default)]
    method: Option<String>,
    /// Only requests whose path and query contain this, in any casing.
    #[serde(default)]
    path_contains: Option<String>,
    /// Only requests with this path and query: a part of them, or a pattern of them with `*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// How many matching requests pass before the first that is hit.
    #[serde(default)]
    skip: u64,
    /// How many are hit: one, or with `for_seconds` or `always` any number.
    #[serde(default)]
    times: Option<u64>,
    /// Until it is taken away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    always: bool,
    /// For how long from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    for_seconds: Option<u64>,
    /// The name of a fault of the catalogue, which is for certain requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// In place of a name: what happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action: Option<Action>,
}

/// The methods that a fault can be for, and the word for every request that changes something.
const METHODS: [&str; 7] = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", WRITE];
const WRITE: &str = "WRITE";

/// The fault of this name.
fn named(name: &str) -> Result<&'static Named, String> {
    Named::find(name).ok_or_else(|| {
        let names: Vec<_> = ALL.iter().map(|one| one.name).collect();
        let names = names.join(", ");
        format!("there is no fault '{name}'; there are {names}")
    })
}

/// A fault and what has become of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArmedFault {
    id: u64,
    #[serde(flatten)]
    fault: Fault,
    #[serde(skip)]
    until: Option<Millis>,
    /// Requests that matched.
    matched: u64,
    /// Requests that were hit.
    hit: u64,
}

/// All faults, in the order in which they were posted.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<ArmedFault>,
    count: u64,
}

impl Faults {
    /// Takes a fault in, or says what is wrong with it.
    pub(crate) fn add(&mut self, text: &[u8], now: Millis) -> Result<ArmedFault, String> {
        let mut fault: Fault = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        if fault.for_seconds.is_none() && !fault.always {
            fault.times.get_or_insert(1);
        }
        self.arm(fault, now)
    }

    /// Takes in a fault as [`Fault::parse`] reads it.
    pub(crate) fn add_named(&mut self, text: &str) -> Result<(), String> {
        self.arm(Fault::parse(text)?, 0).map(|_| ())
    }

    fn arm(&mut self, fault: Fault, now: Millis) -> Result<ArmedFault, String> {
        fault.check()?;
        self.count += 1;
        let armed = ArmedFault {
            id: self.count,
            until: fault
                .for_seconds
                .map(|seconds| now.saturating_add(seconds.saturating_mul(1_000))),
            fault,
            matched: 0,
            hit: 0,
        };
        self.armed.push(armed.clone());
        Ok(armed)
    }

    pub(crate) fn list(&self) -> &[ArmedFault] {
        &self.armed
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// Takes one away; whether there was one of that number.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.armed.len();
        self.armed.retain(|armed| armed.id != id);
        self.armed.len() < before
    }

    /// What happens to the request: what its own header says, or what the first fault that applies
    /// to it wants. Faults that match and let it pass count it.
    ///
    /// # Errors
    /// What is wrong with the header.
    pub(crate) fn of(
        &mut self,
        request: &Request,
        now: Millis,
    ) -> Result<Option<Interference>, String> {
        match request.header(HEADER) {
            Some(text) => {
                let fault = Fault::parse(text).map_err(|why| format!("{HEADER}: {why}"))?;
                let interference = fault.interference();
                // Whoever sends it decides about their own request alone.
                if let Delivery::Refused(_) = interference.delivery {
                    return Err(format!("{HEADER}: {text} is for all connections; arm it"));
                }
                Ok(fault.matches(request).then_some(interference))
            }
            None => Ok(self.hit(request, now)),
        }
    }

    fn hit(&mut self, request: &Request, now: Millis) -> Option<Interference> {
        for armed in &mut self.armed {
            let spent = armed.fault.times.is_some_and(|times| armed.hit >= times);
            let over = armed.until.is_some_and(|until| until <= now);
            if spent || over || !armed.fault.matches(request) {
                continue;
            }
            armed.matched += 1;
            if armed.matched > armed.fault.skip {
                armed.hit += 1;
                return Some(armed.fault.interference());
            }
        }
        None
    }
}

impl Fault {
    /// A fault of the catalogue as a text: its name, for `:2` how many times, for `@PUT` on which
    /// method: `Throttled:2@PUT`. Without a number it happens to every request that it is for.
    fn parse(text: &str) -> Result<Self, String> {
        let (rest, method) = match text.trim().split_once('@') {
            Some((rest, method)) => (rest, Some(method)),
            None => (text.trim(), None),
        };
        let (name, times) = match rest.split_once(':') {
            Some((name, times)) => {
                let number = times.parse();
                let number = number.map_err(|_| format!("'{times}' is not a number of times"))?;
                (name, Some(number))
            }
            None => (rest, None),
        };
        let fault = Fault {
            method: method.map(str::to_owned),
            path_contains: None,
            path: None,
            skip: 0,
            times,
            always: false,
            for_seconds: None,
            name: Some(name.to_owned()),
            action: None,
        };
        fault.check()?;
        Ok(fault)
    }

    fn check(&self) -> Result<(), String> {
        match (&self.name, &self.action) {
            (Some(name), None) => {
                named(name)?;
            }
            (None, Some(action)) => action.check()?,
            _ => return Err("a fault has either a name or an action".to_owned()),
        }
        if let Some(method) = &self.method
            && !METHODS.contains(&method.to_uppercase().as_str())
        {
            let methods = METHODS.join(", ");
            return Err(format!("'{method}' is not a method; there are {methods}"));
        }
        match self.times {
            Some(0) => Err("times is 0; a fault happens at least once".to_owned()),
            Some(_) if self.always => Err("either times or always is needed".to_owned()),
            _ => Ok(()),
        }
    }

    /// What it does. It has been checked.
    fn interference(&self) -> Interference {
        match (&self.action, self.named()) {
            (Some(action), _) => action.interference(),
            (None, Some(named)) => Interference {
                name: Some(named.name),
                ..named.interference()
            },
            (None, None) => Interference::default(),
        }
    }

    fn named(&self) -> Option<&'static Named> {
        self.name.as_deref().and_then(Named::find)
    }

    fn matches(&self, request: &Request) -> bool {
        if self.named().is_some_and(|named| !named.is_for(request)) {
            return false;
        }
        let method =
            self.method
                .as_ref()
                .is_none_or(|method| match method.eq_ignore_ascii_case(WRITE) {
                    true => catalogue::is_write(request),
                    false => method.eq_ignore_ascii_case(request.method.as_str()),
                });
        let contains = |part: &String| {
            let target = request.target().to_lowercase();
            target.contains(&part.to_lowercase())
        };
        method
            && self.path_contains.as_ref().is_none_or(contains)
            && self
                .path
                .as_ref()
                .is_none_or(|path| pattern::is_part(path, &request.target()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::{HeaderMap, Method};

    fn request(method: Method, path: &str) -> Request {
        Request::new(method, path, "x=Y", HeaderMap::new(), Bytes::new())
    }

    #[test]
    fn a_fault_skips_hits_and_is_spent() {
        let mut faults = Faults::default();
        faults
            .add(br#"{"method":"get","pathContains":"/VMs?X=y","skip":1,"times":2,"action":{"status":503}}"#, 0)
            .unwrap();
        let mut hits = || faults.hit(&request(Method::GET, "/a/vms"), 0).is_some();
        assert_eq!([hits(), hits(), hits(), hits()], [false, true, true, false]);
        assert!(faults.hit(&request(Method::PUT, "/a/vms"), 0).is_none());
        assert_eq!((faults.list()[0].matched, faults.list()[0].hit), (3, 2));
    }

    #[test]
    fn a_fault_that_is_always_there_is_never_spent() {
        let mut faults = Faults::default();
        faults
            .add(
                br#"{"always":true,"path":"*/a?*","action":{"status":503}}"#,
                0,
            )
            .unwrap();
        let mut hit = |path| faults.hit(&request(Method::GET, path), 0).is_some();
        assert_eq!([hit("/a"), hit("/b"), hit("/a")], [true, false, true]);
    }

    #[test]
    fn one_fault_lets_pass_what_the_next_hits() {
        let mut faults = Faults::default();
        faults
            .add(br#"{"skip":1,"action":{"delayMs":1}}"#, 0)
            .unwrap();
        faults.add(br#"{"action":{"close":"after"}}"#, 0).unwrap();
        let request = request(Method::GET, "/");
        let hit = faults.hit(&request, 0).unwrap();
        assert_eq!((hit.delivery, hit.carried_out), (Delivery::Closed, true));
        assert_eq!(faults.hit(&request, 0).unwrap().wait, 1);
        assert!(faults.hit(&request, 0).is_none());
    }

    #[test]
    fn a_fault_is_over_when_its_time_is() {
        let mut faults = Faults::default();
        let text = br#"{"forSeconds":2,"action":{"status":410}}"#;
        faults.add(text, 1_000).unwrap();
        let get = request(Method::GET, "/");
        assert!([1_000, 1_001, 2_999].map(|now| faults.hit(&get, now).is_some()) == [true; 3]);
        assert!(faults.hit(&get, 3_000).is_none());
        let text = br#"{"forSeconds":2,"times":1,"action":{"status":410}}"#;
        faults.add(text, 3_000).unwrap();
        assert!(faults.hit(&get, 3_000).is_some() && faults.hit(&get, 3_000).is_none());
    }

    #[test]
    fn a_fault_is_a_name_with_a_number_and_a_method() {
        let mut faults = Faults::default();
        faults.add_named("throttled:1@put").unwrap();
        faults.add_named("Throttled:1@Write").unwrap();
        let get = request(Method::GET, "/subscriptions/s");
        let put = request(Method::PUT, "/subscriptions/s");
        assert!(faults.hit(&get, 0).is_none());
        let mut statuses = || {
            faults
                .hit(&put, 0)
                .and_then(|hit| hit.reply)
                .map(|reply| reply.status)
        };
        assert_eq!(
            [statuses(), statuses(), statuses()],
            [Some(429), Some(429), None]
        );
        for (text, part) in [
            (
                "Nonsense",
                "there is no fault 'Nonsense'; there are ConnectionRefused, ",
            ),
            ("Throttled:many", "'many' is not a number"),
            ("Throttled:0", "times is 0"),
            ("Throttled@LOOK", "'LOOK' is not a method"),
        ] {
            let error = faults.add_named(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_request_chooses_its_own_fault() {
        let mut faults = Faults::default();
        let with = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, text.parse().unwrap());
            Request::new(Method::GET, "/subscriptions/s", "", headers, Bytes::new())
        };
        let hit = faults.of(&with("Conflict"), 0).unwrap().unwrap();
        assert_eq!(hit.reply.unwrap().status, 409);
        assert!(faults.of(&with("Conflict@PUT"), 0).unwrap().is_none());
        assert!(faults.of(&with("Conflict@WRITE"), 0).unwrap().is_none());
        let error = faults.of(&with("ConnectionRefused"), 0).unwrap_err();
        assert!(error.contains("for all connections"), "{error}");
        let error = faults.of(&with("Nonsense"), 0).unwrap_err();
        assert!(
            error.starts_with("x-emulator-fault: there is no fault"),
            "{error}"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("{", "EOF"),
            (r#"{"action":{"status":500},"tmes":2}"#, "tmes"),
            (r#"{"action":{"stats":500}}"#, "stats"),
            (r#"{"times":1}"#, "either a name or an action"),
            (r#"{"name":"Nonsense"}"#, "there is no fault"),
            (r#"{"name":"Throttled","action":{"delayMs":1}}"#, "either"),
            (r#"{"method":"LOOK","name":"Throttled"}"#, "LOOK"),
            (r#"{"times":0,"action":{"status":500}}"#, "times"),
            (r#"{"times":1,"always":true,"name":"Conflict"}"#, "always"),
            (r#"{"action":{}}"#, "exactly one"),
            (r#"{"action":{"status":500,"delayMs":1}}"#, "exactly one"),
            (r#"{"action":{"delayMs":1,"code":"x"}}"#, "status only"),
            (r#"{"action":{"status":99}}"#, "99"),
            (r#"{"action":{"close":"now"}}"#, "now"),
            (r#"{"action":{"status":500,"headers":{"a b":"c"}}}"#, "a b"),
            (
                r#"{"action":{"status":500,"body":"x","code":"y"}}"#,
                "either",
            ),
        ];
        for (text, part) in cases {
            let error = Faults::default().add(text.as_bytes(), 0).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
