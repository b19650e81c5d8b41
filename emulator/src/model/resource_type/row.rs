//! What there is to say of a resource type: a row of the table.

use crate::model::assignment::{IdentityType, IdentityView};

/// Which kinds of identities a type takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Takes {
    pub(crate) system: bool,
    /// The most user-assigned identities at once; 0 for none.
    pub(crate) user: usize,
    /// User-assigned identities without a system-assigned one.
    pub(crate) user_alone: bool,
    /// Both kinds at once.
    pub(crate) both: bool,
    /// `None`, that is to take all away.
    pub(crate) none: bool,
}

/// More user-assigned identities than anything has.
const MANY: usize = 1_000;

impl Takes {
    /// System-assigned, user-assigned, and both at once.
    pub(crate) const ALL: Takes = Takes {
        system: true,
        user: MANY,
        user_alone: true,
        both: true,
        none: true,
    };
    pub(crate) const EITHER: Takes = Takes {
        both: false,
        ..Takes::ALL
    };
    pub(crate) const SYSTEM: Takes = Takes {
        user: 0,
        user_alone: false,
        ..Takes::EITHER
    };
    pub(crate) const USER: Takes = Takes {
        system: false,
        ..Takes::EITHER
    };
    /// A system-assigned identity, or one user-assigned.
    pub(crate) const EITHER_ONE: Takes = Takes {
        user: 1,
        ..Takes::EITHER
    };
    /// A system-assigned identity, with or without user-assigned ones.
    pub(crate) const SYSTEM_OR_ALL: Takes = Takes {
        user_alone: false,
        ..Takes::ALL
    };
    /// Any, but at most one user-assigned.
    pub(crate) const ALL_ONE: Takes = Takes {
        user: 1,
        ..Takes::ALL
    };

    /// Without `None`.
    pub(crate) const fn some(mut self) -> Self {
        self.none = false;
        self
    }

    /// Whether that kind is taken.
    pub(crate) fn allows(&self, kind: IdentityType) -> bool {
        match (kind.system, kind.user) {
            (true, true) => self.both,
            (true, false) => self.system,
            (false, true) => self.user_alone,
            (false, false) => self.none,
        }
    }

    /// The kinds as errors list them, between the quotes of the message.
    pub(crate) fn names(&self) -> String {
        let kinds = [(false, false), (true, false), (false, true), (true, true)];
        kinds
            .into_iter()
            .map(|(system, user)| IdentityType { system, user })
            .filter(|kind| self.allows(*kind))
            .map(|kind| kind.text())
            .collect::<Vec<_>>()
            .join("', '")
    }
}

/// What becomes of the user-assigned identities that a write's map does not name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Unnamed {
    Stay,
    Go,
    /// Not known of Azure: as the setting `unknownMap` says.
    Setting,
}

/// What a `PATCH` is good for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Patch {
    /// Everything, the identity too.
    Identity(Unnamed),
    /// The tags: every other member is ignored.
    Tags,
    /// Nothing: it is answered as if it had changed something.
    Ignored,
    /// 405.
    Refused,
}

/// How it shows that a write is not through yet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Follow {
    /// It is through at once.
    Sync,
    /// `Azure-AsyncOperation`.
    Operation,
    /// `Location`.
    Location,
    /// Both headers.
    Both,
    /// No header: only `properties.provisioningState` of the resource.
    State,
}

/// The answer to a write.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) follow: Follow,
}

/// An answer.
pub(super) const fn answer(status: u16, follow: Follow) -> Answer {
    Answer { status, follow }
}

/// What the body of a write's answer shows of the identity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shows {
    New,
    /// What was there before; the resource itself shows it until the write is through.
    Old,
    /// The new one without any principal.
    NoPrincipals,
    /// The new one without the map of user-assigned identities.
    NoMap,
    /// There is no body.
    Nothing,
}

/// Where the ETag is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Etag {
    Nowhere,
    Header,
    /// A member of the body, which has that name.
    Body(&'static str),
    HeaderAndBody,
}

/// What `properties.provisioningState` says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Provisioning {
    /// `Creating` or `Updating`, then `Succeeded`.
    Usual,
    /// The same in lower case.
    Lower,
    /// `InProgress`, then `Succeeded`.
    InProgress,
    /// `Succeeded`, whatever is under way.
    Settled,
    /// There is no such member.
    Absent,
}

/// Whether a resource has a location.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Required,
    /// With an identity it needs one.
    WithIdentity,
    /// It is where its parent is.
    None,
}

/// Where resources of a type are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Level {
    /// In a resource group, or in a resource in one.
    Group,
    /// On anything: a subscription, a group, a resource, a management group.
    Scope,
}

/// How a property names an identity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum By {
    Id,
    ClientId,
}

/// What comes of a property that names an identity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    /// Taking the identity away is refused while it is named.
    Kept,
    /// As [`Rule::Kept`], and only an identity that is assigned can be named.
    Member,
    /// A change of the identities sets the property to that.
    Reset(&'static str),
}

/// A property that names an identity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Named {
    /// Below `properties`: members with dots between, `[]` for every item of an array.
    pub(crate) path: &'static str,
    pub(crate) by: By,
    pub(crate) rule: Rule,
}

/// Secrets that reads do not show, and that a write has to bring along.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Secret {
    /// The items that have them, as [`Named::path`].
    pub(crate) items: &'static str,
    /// The member with the secret.
    pub(crate) member: &'static str,
    /// An item with one of these needs no secret.
    pub(crate) instead: &'static [&'static str],
    /// The code of the refusal of an item without.
    pub(crate) code: &'static str,
    /// Where items are referred to by name, and the code of the refusal when the item named has no
    /// secret.
    pub(crate) referred: Option<(&'static str, &'static str)>,
    /// The action (`POST`) that shows the secrets.
    pub(crate) action: Option<&'static str>,
}

/// What the provider itself puts beside what was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Own {
    Nothing,
    /// `identityProfile.kubeletidentity`: the identity of the nodes, which is none of the cluster's.
    Kubelet,
}

/// A resource type, in the ways in which types differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ResourceType {
    /// Namespace and type; of what is in another resource, with the types between.
    pub(crate) kind: &'static str,
    /// The api-versions, the oldest first.
    pub(crate) versions: &'static [&'static str],
    /// What the provider's metadata call the default one.
    pub(crate) default_version: Option<&'static str>,
    /// The first version that knows identities; none when all do.
    pub(crate) identity_since: Option<&'static str>,
    /// The metadata announce `SystemAssignedResourceIdentity`.
    pub(crate) announced: bool,
    pub(crate) level: Level,
    pub(crate) takes: Takes,
    /// What is taken from that version on.
    pub(crate) takes_since: Option<(&'static str, Takes)>,
    pub(crate) view: IdentityView,
    pub(crate) place: Place,
    /// Members that a `PUT` has to have.
    pub(crate) requires: &'static [&'static str],
    pub(crate) patch: Patch,
    /// The first version that has `PATCH`.
    pub(crate) patch_since: Option<&'static str>,
    /// What a `PUT` does with identities that its map does not name.
    pub(crate) put_unnamed: Unnamed,
    /// A `PUT` without the member `identity` leaves the identities as they are; otherwise it takes
    /// them away.
    pub(crate) put_keeps: bool,
    pub(crate) created: Answer,
    pub(crate) updated: Answer,
    pub(crate) patched: Answer,
    /// Before that version every write is through at once, with 200.
    pub(crate) sync_before: Option<&'static str>,
    pub(crate) shows: Shows,
    pub(crate) provisioning: Provisioning,
    pub(crate) etag: Etag,
    /// `If-Match` is honoured.
    pub(crate) if_match: bool,
    pub(crate) named: &'static [Named],
    pub(crate) secrets: &'static [Secret],
    pub(crate) own: Own,
    /// In a `PATCH`, null for an id is refused too.
    pub(crate) no_nulls: bool,
    /// An empty map beside a type without user-assigned identities is taken.
    pub(crate) empty_map: bool,
    /// A resource can't be created with `None`.
    pub(crate) no_none_on_create: bool,
    /// A system-assigned identity can't be taken away.
    pub(crate) system_stays: bool,
    /// A resource with user-assigned identities can't change to a system-assigned one alone.
    pub(crate) user_stays: bool,
    /// A write that ends with no identity, or leads from none to a system-assigned one, is through at
    /// once, with 200.
    pub(crate) quick_system: bool,
}

/// A type as most are, for [`ResourceType`]'s functions to say how it differs.
pub(super) const fn kind(kind: &'static str, versions: &'static [&'static str]) -> ResourceType {
    let sync = answer(200, Follow::Sync);
    ResourceType {
        kind,
        versions,
        default_version: None,
        identity_since: None,
        announced: true,
        level: Level::Group,
        takes: Takes::ALL,
        takes_since: None,
        view: IdentityView::USUAL,
        place: Place::Required,
        requires: &[],
        patch: Patch::Identity(Unnamed::Setting),
        patch_since: None,
        put_unnamed: Unnamed::Go,
        put_keeps: false,
        created: answer(201, Follow::Sync),
        updated: sync,
        patched: sync,
        sync_before: None,
        shows: Shows::New,
        provisioning: Provisioning::Usual,
        etag: Etag::Nowhere,
        if_match: false,
        named: &[],
        secrets: &[],
        own: Own::Nothing,
        no_nulls: false,
        empty_map: false,
        no_none_on_create: false,
        system_stays: false,
        user_stays: false,
        quick_system: false,
    }
}

impl ResourceType {
    pub(super) const fn default_version(mut self, version: &'static str) -> Self {
        self.default_version = Some(version);
        self
    }

    pub(super) const fn identity_since(mut self, version: &'static str) -> Self {
        self.identity_since = Some(version);
        self
    }

    pub(super) const fn not_announced(mut self) -> Self {
        self.announced = false;
        self
    }

    pub(super) const fn takes(mut self, takes: Takes) -> Self {
        self.announced = self.announced && takes.system;
        self.takes = takes;
        self
    }

    pub(super) const fn takes_since(mut self, version: &'static str, takes: Takes) -> Self {
        self.takes_since = Some((version, takes));
        self
    }

    pub(super) const fn view(mut self, view: IdentityView) -> Self {
        self.view = view;
        self
    }

    pub(super) const fn place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    pub(super) const fn requires(mut self, members: &'static [&'static str]) -> Self {
        self.requires = members;
        self
    }

    pub(super) const fn patch(mut self, patch: Patch) -> Self {
        self.patch = patch;
        self
    }

    /// `PATCH` merges the map.
    pub(super) const fn merges(self) -> Self {
        self.patch(Patch::Identity(Unnamed::Stay))
    }

    /// `PUT` without `identity` keeps the identities.
    pub(super) const fn put_keeps(mut self) -> Self {
        self.put_keeps = true;
        self
    }

    /// The answers to a creation, to a `PUT` of what is there, and to a `PATCH`.
    pub(super) const fn answers(
        mut self,
        created: Answer,
        updated: Answer,
        patched: Answer,
    ) -> Self {
        self.created = created;
        self.updated = updated;
        self.patched = patched;
        self
    }

    pub(super) const fn shows(mut self, shows: Shows) -> Self {
        self.shows = shows;
        self
    }

    pub(super) const fn provisioning(mut self, provisioning: Provisioning) -> Self {
        self.provisioning = provisioning;
        self
    }

    pub(super) const fn etag(mut self, etag: Etag) -> Self {
        self.etag = etag;
        self
    }

    pub(super) const fn if_match(mut self) -> Self {
        self.if_match = true;
        self
    }

    pub(super) const fn named(mut self, named: &'static [Named]) -> Self {
        self.named = named;
        self
    }

    pub(super) const fn secrets(mut self, secrets: &'static [Secret]) -> Self {
        self.secrets = secrets;
        self
    }

    /// The types and names behind the namespace take turns: the namespace, and the types.
    pub(crate) fn split(&self) -> (&'static str, &'static str) {
        self.kind.split_once('/').unwrap_or((self.kind, ""))
    }

    /// The type that resources of this one are in.
    pub(crate) fn parent(&self) -> Option<&'static str> {
        let (_, types) = self.split();
        if !types.contains('/') {
            return None;
        }
        self.kind.rsplit_once('/').map(|(parent, _)| parent)
    }

    /// Whether that version knows identities. Versions are compared by their dates.
    pub(crate) fn knows_identities(&self, version: &str) -> bool {
        self.identity_since.is_none_or(|since| version >= since)
    }

    /// What that version takes.
    pub(crate) fn takes_in(&self, version: &str) -> Takes {
        match self.takes_since {
            Some((since, takes)) if version >= since => takes,
            _ => self.takes,
        }
    }

    /// The newest version, which shows everything.
    pub(crate) fn newest(&self) -> &'static str {
        self.versions.last().copied().unwrap_or_default()
    }
}
