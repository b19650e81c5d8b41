//! The emulator as its clients see it: over a socket.
//!
//! Time is paused in the tests that need it, so that they decide when an operation is over; no
//! test sleeps.

mod admin;
mod app_roles;
mod assertions;
mod associated;
mod browser;
#[cfg(feature = "cli")]
mod command;
mod deployments;
mod faults;
mod federated;
mod fleets;
mod generic;
mod graph;
mod graph_client;
mod hosts;
mod identities;
mod limits;
mod locks;
mod machines;
mod msgraph;
#[cfg(all(feature = "cli", feature = "tls"))]
mod offers;
mod power;
mod refusals;
mod resource_types;
mod resources;
mod roles;
mod scale_sets;
mod seeding;
mod sign_in;
mod state_file;
mod support;
mod tags;
#[cfg(feature = "tls")]
mod tls;
mod users;
