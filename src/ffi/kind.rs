//! Which resources a caller means.

use crate::arm::Target;
use crate::base::ResourceType;
use crate::compute::{SCALE_SET, VIRTUAL_MACHINE};
use crate::resource::Named;

/// Which resources are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResourceKind {
    Any,
    VirtualMachine,
    ScaleSet,
}

impl ResourceKind {
    /// The type that a resource must be of; none where any is meant.
    pub(super) fn resource_type(self) -> Option<ResourceType> {
        match self {
            Self::Any => None,
            Self::VirtualMachine => Some(VIRTUAL_MACHINE),
            Self::ScaleSet => Some(SCALE_SET),
        }
    }

    /// The resource of this kind that a target names.
    pub(super) fn named(self, target: &Target, api_version: &Option<String>) -> Named {
        Named {
            kind: self.resource_type(),
            target: target.clone(),
            api_version: api_version.clone(),
        }
    }
}
