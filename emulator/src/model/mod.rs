//! The records of what the emulated cloud holds: plain data, and what Azure shows of it.

pub(crate) mod app_role;
pub(crate) mod application;
pub(crate) mod assignment;
pub(crate) mod builtin_roles;
pub(crate) mod certificate;
pub(crate) mod deny_assignment;
pub(crate) mod deployment;
pub(crate) mod error;
pub(crate) mod federated;
pub(crate) mod generic;
pub(crate) mod identity;
pub(crate) mod instance_view;
pub(crate) mod lock;
pub(crate) mod machine;
pub(crate) mod management_group;
pub(crate) mod operation;
pub(crate) mod policy;
pub(crate) mod power;
pub(crate) mod principal;
pub(crate) mod resource;
pub(crate) mod resource_type;
pub(crate) mod role_assignment;
pub(crate) mod role_definition;
pub(crate) mod seeded;
pub(crate) mod subscription;
pub(crate) mod well_known;
