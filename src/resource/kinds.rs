//! Which kinds of identity a type of resource can have.

use super::change::IdentityType;

/// How many user-assigned identities a type can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UserAssigned {
    /// None.
    None,
    /// At most one.
    One,
    /// Any number.
    Many,
}

/// The kinds of identity that a type of resource can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds {
    /// Whether it can have the system-assigned one.
    pub system: bool,
    /// How many user-assigned ones it can have.
    pub user: UserAssigned,
    /// Whether it can have both at once.
    pub together: bool,
    /// Whether it can have user-assigned ones alone.
    pub user_alone: bool,
    /// Whether it can be without any.
    pub none: bool,
}

impl Kinds {
    /// All of them.
    pub const ALL: Self = Self {
        system: true,
        user: UserAssigned::Many,
        together: true,
        user_alone: true,
        none: true,
    };

    /// The system-assigned one alone.
    pub const SYSTEM: Self = Self {
        user: UserAssigned::None,
        together: false,
        user_alone: false,
        ..Self::ALL
    };

    /// User-assigned ones alone.
    pub const USER: Self = Self {
        system: false,
        together: false,
        ..Self::ALL
    };

    /// Either the system-assigned one or user-assigned ones.
    pub const EITHER: Self = Self {
        together: false,
        ..Self::ALL
    };

    /// All, and at most one user-assigned one.
    pub const ONE_USER: Self = Self {
        user: UserAssigned::One,
        ..Self::ALL
    };

    /// Why a resource of this type can't have these; none when it can.
    pub fn rule_against(self, kind: IdentityType, user_assigned: usize) -> Option<&'static str> {
        let (system, user) = (kind.has_system_assigned(), kind.has_user_assigned());
        if user && self.user == UserAssigned::None {
            return Some("can't have user-assigned identities");
        }
        if user_assigned > 1 && self.user == UserAssigned::One {
            return Some(
                "can have one user-assigned identity: remove the present one in the same command",
            );
        }
        if system && !self.system {
            return Some("can't have a system-assigned identity");
        }
        if system && user && !self.together {
            return Some(
                "can have the system-assigned identity or user-assigned identities, and not both: \
                 remove the one kind in the same command",
            );
        }
        if user && !system && !self.user_alone {
            return Some(
                "can't have user-assigned identities without the system-assigned identity",
            );
        }
        (kind == IdentityType::None && !self.none).then_some("can't be without an identity")
    }

    /// In words, for the documentation.
    pub fn describe(self) -> String {
        let user = match self.user {
            UserAssigned::None => "",
            UserAssigned::One => "one user-assigned",
            UserAssigned::Many => "user-assigned",
        };
        let mut words = match (self.system, self.together, self.user_alone) {
            (true, _, _) if user.is_empty() => "system-assigned".to_owned(),
            (false, _, _) => user.to_owned(),
            (true, false, _) => format!("system-assigned or {user}"),
            (true, true, true) => format!("system-assigned, {user}, both"),
            (true, true, false) => format!("system-assigned, or both with {user}"),
        };
        if !self.none {
            words.push_str("; not without");
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdentityType::{None, SystemAndUserAssigned, SystemAssigned, UserAssigned as User};

    #[test]
    fn each_rule_counts_where_it_is_broken_alone() {
        let synapse = Kinds {
            user_alone: false,
            ..Kinds::ALL
        };
        let factory = Kinds {
            none: false,
            ..Kinds::ALL
        };
        let cases = [
            (Kinds::SYSTEM, User, 1, "user-assigned identities"),
            (Kinds::ONE_USER, User, 2, "one user-assigned identity"),
            (Kinds::USER, SystemAssigned, 0, "a system-assigned identity"),
            (Kinds::EITHER, SystemAndUserAssigned, 1, "not both"),
            (synapse, User, 1, "without the system-assigned"),
            (factory, None, 0, "be without an identity"),
        ];
        for (kinds, kind, count, words) in cases {
            let rule = kinds.rule_against(kind, count).unwrap();
            assert!(rule.contains(words), "{rule}");
            assert_eq!(Kinds::ALL.rule_against(kind, count), Option::None);
        }
        for kinds in [Kinds::SYSTEM, Kinds::EITHER, synapse, factory] {
            assert_eq!(kinds.rule_against(SystemAssigned, 0), Option::None);
        }
        assert_eq!(Kinds::ONE_USER.rule_against(User, 1), Option::None);
    }
}
