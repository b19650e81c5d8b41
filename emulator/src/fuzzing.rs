//! What the fuzzers call: an emulator without a server around it. Compiled for them alone.

use bytes::Bytes;
use hyper::{HeaderMap, Method};

use crate::app;
use crate::base::admin_key::AdminKey;
use crate::base::clock::Clock;
use crate::base::http::Request;
use crate::base::options::Options;
use crate::state::World;

/// An emulator that nobody can reach.
pub struct Local {
    world: World,
}

/// What it answers.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Default for Local {
    fn default() -> Self {
        let options = Options {
            operation_time: std::time::Duration::ZERO,
            ..Options::default()
        };
        Self {
            world: app::world(
                ENDPOINT.to_owned(),
                AdminKey::random(),
                Clock::start(),
                &options,
                app::Loaded::default(),
            ),
        }
    }
}

/// What it takes for its own address.
pub const ENDPOINT: &str = "http://127.0.0.1:8090";

impl Local {
    /// Answers a request; none when it is not one that HTTP has.
    pub fn answer(
        &mut self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Option<Answer> {
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let body = Bytes::copy_from_slice(body);
        let request = Request::new(method, path, query, headers.clone(), body);
        let now = self.world.site.clock.now();
        app::settle(&mut self.world, now);
        let reply = match app::is_admin(&request) {
            true => app::answer_admin(&mut self.world, &request, now),
            false => app::answer(&mut self.world, &request, now),
        };
        app::settle(&mut self.world, now.saturating_add(1));
        Some(Answer {
            status: reply.status,
            headers: reply.headers,
            body: reply.body.to_vec(),
        })
    }
}
