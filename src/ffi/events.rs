//! Turns what happened into the flat records that the host reads.

use std::collections::HashSet;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use once_cell::sync::Lazy;
use serde_json::value::RawValue;

use super::guard::Status;
use super::queue::{Event, Happening, Record};
use super::registry::{clients, guards, questions};
use super::types::*;
use crate::access::{GroupMember, Reference, ReferenceKind, RoleAssignment, RoleDefinition};
use crate::arm::Plan;
use crate::base::{
    Category, CertificateSource, Error, Progress, Question, QuestionKind, ResourceId,
    SignatureAlgorithm,
};
use crate::compute::{AssignedIdentity, Existence, IdentityType, MachineIdentity, SCALE_SET};
use crate::connect::Connection;
use crate::deployment::Deployment;
use crate::identity::federated::FederatedCredential;
use crate::identity::{SystemAssignedIdentity, UserAssignedIdentity};

/// An event that the host holds, with all that it points to. The host sees the first member.
#[repr(C)]
struct Published {
    event: AzmiEvent,
    // What `event` points to: on the heap, and not touched again until it is freed.
    happening: Box<Happening>,
    identity: Option<Box<AzmiIdentity>>,
    vm_identity: Option<Box<AzmiVmIdentity>>,
    role_assignment: Option<Box<AzmiRoleAssignment>>,
    role_definition: Option<Box<AzmiRoleDefinition>>,
    reference: Option<Box<AzmiReference>>,
    connection: Option<Box<AzmiConnection>>,
    plan: Option<Box<AzmiPlan>>,
    system_identity: Option<Box<AzmiSystemIdentity>>,
    federated_credential: Option<Box<AzmiFederatedCredential>>,
    group_member: Option<Box<AzmiGroupMember>>,
    deployment: Option<Box<AzmiDeployment>>,
    texts: Vec<AzmiStr>,
    question: Option<Box<AzmiQuestion>>,
    progress: Option<Box<AzmiProgress>>,
    error: Option<Box<AzmiError>>,
    tags: Vec<AzmiTag>,
    assigned: Vec<AzmiAssignedIdentity>,
    message: String,
}

/// The addresses of the events that the host holds, to tell one that it has freed before.
fn held() -> MutexGuard<'static, HashSet<usize>> {
    static HELD: Lazy<Mutex<HashSet<usize>>> = Lazy::new(Mutex::default);
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands an event to the host, which frees it with [`reclaim`].
pub(super) fn publish(event: Event) -> *const AzmiEvent {
    let address = Box::into_raw(Published::new(event)).cast::<AzmiEvent>();
    held().insert(address as usize);
    address
}

/// Frees an event that the host holds.
pub(super) fn reclaim(event: *const AzmiEvent) -> Result<(), Status> {
    if !held().remove(&(event as usize)) {
        return Err(Status::Handle);
    }
    // SAFETY: it was in the set, so it came from `publish` and was not freed; it is the first
    // member of a `repr(C)` struct, so its address is that of the whole.
    drop(unsafe { Box::from_raw(event.cast_mut().cast::<Published>()) });
    Ok(())
}

impl Published {
    fn new(event: Event) -> Box<Self> {
        let mut published = Box::new(Self {
            event: AzmiEvent {
                tag: event.tag,
                kind: AZMI_EVENT_ITEM,
                identity: ptr::null(),
                vm_identity: ptr::null(),
                role_assignment: ptr::null(),
                role_definition: ptr::null(),
                reference: ptr::null(),
                connection: ptr::null(),
                plan: ptr::null(),
                system_identity: ptr::null(),
                federated_credential: ptr::null(),
                group_member: ptr::null(),
                question: ptr::null(),
                deployment: ptr::null(),
                text: AzmiStr::ABSENT,
                progress: ptr::null(),
                error: ptr::null(),
                message: AzmiStr::ABSENT,
                guard: 0,
            },
            happening: Box::new(event.happening),
            identity: None,
            vm_identity: None,
            role_assignment: None,
            role_definition: None,
            reference: None,
            connection: None,
            plan: None,
            system_identity: None,
            federated_credential: None,
            group_member: None,
            deployment: None,
            texts: Vec::new(),
            question: None,
            progress: None,
            error: None,
            tags: Vec::new(),
            assigned: Vec::new(),
            message: String::new(),
        });
        published.fill();
        published
    }

    /// Points the event to what happened.
    fn fill(&mut self) {
        match &mut *self.happening {
            Happening::Item(Record::Identity(identity)) => {
                self.tags = identity.tags.iter().map(AzmiTag::of).collect();
                let record = self.identity.insert(AzmiIdentity::of(identity, &self.tags));
                self.event.identity = &raw const **record;
            }
            Happening::Item(Record::VmIdentity(vm)) => {
                self.assigned = vm.assigned.iter().map(AzmiAssignedIdentity::of).collect();
                let record = self
                    .vm_identity
                    .insert(AzmiVmIdentity::of(vm, &self.assigned));
                self.event.vm_identity = &raw const **record;
            }
            Happening::Item(Record::RoleAssignment(assignment)) => {
                let record = AzmiRoleAssignment::of(assignment);
                self.event.role_assignment = &raw const **self.role_assignment.insert(record);
            }
            Happening::Item(Record::RoleDefinition(definition)) => {
                let record = AzmiRoleDefinition::of(definition);
                self.event.role_definition = &raw const **self.role_definition.insert(record);
            }
            Happening::Item(Record::Reference(reference)) => {
                let record = AzmiReference::of(reference);
                self.event.reference = &raw const **self.reference.insert(record);
            }
            Happening::Item(Record::Connection(connection)) => {
                let record = self.connection.insert(AzmiConnection::of(connection));
                self.event.connection = &raw const **record;
            }
            Happening::Item(Record::Plan(plan)) => {
                self.message = plan.agreement();
                let record = self.plan.insert(AzmiPlan::of(plan, &self.message));
                self.event.plan = &raw const **record;
            }
            Happening::Item(Record::SystemIdentity(identity)) => {
                self.tags = identity.tags.iter().map(AzmiTag::of).collect();
                let record = self
                    .system_identity
                    .insert(AzmiSystemIdentity::of(identity, &self.tags));
                self.event.system_identity = &raw const **record;
            }
            Happening::Item(Record::FederatedCredential(credential)) => {
                let audiences = credential.properties.audiences.iter();
                self.texts = audiences.map(|audience| AzmiStr::of(audience)).collect();
                let record = self
                    .federated_credential
                    .insert(AzmiFederatedCredential::of(credential, &self.texts));
                self.event.federated_credential = &raw const **record;
            }
            Happening::Item(Record::GroupMember(member)) => {
                let record = self.group_member.insert(AzmiGroupMember::of(member));
                self.event.group_member = &raw const **record;
            }
            Happening::Item(Record::Deployment(deployment)) => {
                let properties = &deployment.properties;
                let resources = properties.output_resources.iter();
                self.texts = resources.map(|one| AzmiStr::of(&one.id)).collect();
                self.message = serde_json::to_string(&properties.outputs).unwrap_or_default();
                let record = AzmiDeployment::of(deployment, &self.message, &self.texts);
                self.event.deployment = &raw const **self.deployment.insert(record);
            }
            Happening::Item(Record::Json(text)) => self.event.text = AzmiStr::of(text.get()),
            Happening::Item(Record::Text(text)) => self.event.text = AzmiStr::of(text),
            Happening::Verbose(text) => {
                self.event.kind = AZMI_EVENT_VERBOSE;
                self.event.message = AzmiStr::of(text);
            }
            Happening::Warning(text) => {
                self.event.kind = AZMI_EVENT_WARNING;
                self.event.message = AzmiStr::of(text);
            }
            Happening::Guard(text, go_on) => {
                self.event.kind = AZMI_EVENT_GUARDED_WARNING;
                self.event.message = AzmiStr::of(text);
                let handle = go_on.take().map(|go_on| guards().insert(go_on));
                self.event.guard = handle.unwrap_or_default();
            }
            Happening::Progress(progress) => {
                self.event.kind = AZMI_EVENT_PROGRESS;
                let record = self.progress.insert(AzmiProgress::of(progress));
                self.event.progress = &raw const **record;
            }
            // The queue hands out no question that is not claimed.
            Happening::Question(_) => {}
            Happening::Claimed(question, claim) => {
                self.event.kind = AZMI_EVENT_QUESTION;
                let handle = claim.take().map(|claim| questions().insert(claim));
                let record = self.question.insert(AzmiQuestion::of(question, handle));
                self.event.question = &raw const **record;
            }
            Happening::Done => self.event.kind = AZMI_EVENT_DONE,
            Happening::Failed(error) => {
                self.event.kind = AZMI_EVENT_FAILED;
                self.message = error.to_string();
                let record = self.error.insert(AzmiError::of(error, &self.message));
                self.event.error = &raw const **record;
            }
        }
    }
}

/// A view of a text that is empty when Azure did not give it.
fn unless_empty(text: &str) -> AzmiStr {
    match text {
        "" => AzmiStr::ABSENT,
        text => AzmiStr::of(text),
    }
}

impl AzmiTag {
    fn of((name, value): (&String, &String)) -> Self {
        Self {
            name: AzmiStr::of(name),
            value: AzmiStr::of(value),
        }
    }
}

/// The parts of an id, as views of it; absent when it is not of the type that it should be.
struct Parts {
    name: AzmiStr,
    resource_group: AzmiStr,
    subscription_id: AzmiStr,
}

impl Parts {
    /// `/subscriptions/{s}/resourceGroups/{g}/…/{name}`: what Azure sent is trusted to have it.
    fn of(id: &str) -> Self {
        let part = |index| unless_empty(id.split('/').nth(index).unwrap_or_default());
        Self {
            name: unless_empty(id.rsplit('/').next().unwrap_or_default()),
            resource_group: part(4),
            subscription_id: part(2),
        }
    }
}

impl AzmiIdentity {
    fn of(identity: &UserAssignedIdentity, tags: &[AzmiTag]) -> Box<Self> {
        let parts = Parts::of(&identity.id);
        let properties = &identity.properties;
        let isolation_scope = properties.isolation_scope.as_deref().unwrap_or_default();
        Box::new(Self {
            id: AzmiStr::of(&identity.id),
            name: AzmiStr::of(&identity.name),
            resource_group: parts.resource_group,
            subscription_id: parts.subscription_id,
            location: AzmiStr::of(&identity.location),
            resource_type: AzmiStr::of(&identity.resource_type),
            tenant_id: unless_empty(&properties.tenant_id),
            principal_id: unless_empty(&properties.principal_id),
            client_id: unless_empty(&properties.client_id),
            isolation_scope: unless_empty(isolation_scope),
            tags: tags.as_ptr(),
            tags_len: tags.len(),
        })
    }
}

impl AzmiSystemIdentity {
    fn of(identity: &SystemAssignedIdentity, tags: &[AzmiTag]) -> Box<Self> {
        let parts = Parts::of(&identity.id);
        let properties = &identity.properties;
        Box::new(Self {
            id: AzmiStr::of(&identity.id),
            name: AzmiStr::of(&identity.name),
            resource_group: parts.resource_group,
            subscription_id: parts.subscription_id,
            location: AzmiStr::of(&identity.location),
            resource_type: AzmiStr::of(&identity.resource_type),
            tenant_id: unless_empty(&properties.tenant_id),
            principal_id: unless_empty(&properties.principal_id),
            client_id: unless_empty(&properties.client_id),
            tags: tags.as_ptr(),
            tags_len: tags.len(),
        })
    }
}

impl AzmiFederatedCredential {
    fn of(credential: &FederatedCredential, audiences: &[AzmiStr]) -> Box<Self> {
        let parts = Parts::of(&credential.id);
        let identity = credential.id.split('/').nth(8).unwrap_or_default();
        let trust = &credential.properties;
        let expression = trust.claims_matching_expression.as_ref();
        Box::new(Self {
            id: AzmiStr::of(&credential.id),
            name: AzmiStr::of(&credential.name),
            identity_name: unless_empty(identity),
            resource_group: parts.resource_group,
            subscription_id: parts.subscription_id,
            resource_type: AzmiStr::of(&credential.resource_type),
            issuer: AzmiStr::of(&trust.issuer),
            subject: unless_empty(trust.subject.as_deref().unwrap_or_default()),
            claims_matching_expression: unless_empty(
                expression.map_or("", |expression| &expression.value),
            ),
            claims_matching_expression_version: expression
                .map_or(0, |expression| expression.language_version),
            audiences: audiences.as_ptr(),
            audiences_len: audiences.len(),
        })
    }
}

impl AzmiGroupMember {
    fn of(member: &GroupMember) -> Box<Self> {
        Box::new(Self {
            group_id: AzmiStr::of(&member.group_id),
            group_name: unless_empty(&member.group_name),
            id: AzmiStr::of(&member.id),
            display_name: unless_empty(&member.display_name),
            kind: unless_empty(&member.kind),
            app_id: unless_empty(&member.app_id),
        })
    }
}

impl AzmiDeployment {
    fn of(deployment: &Deployment, outputs: &str, resources: &[AzmiStr]) -> Box<Self> {
        let parts = Parts::of(&deployment.id);
        let properties = &deployment.properties;
        Box::new(Self {
            id: AzmiStr::of(&deployment.id),
            name: AzmiStr::of(&deployment.name),
            resource_group: parts.resource_group,
            subscription_id: parts.subscription_id,
            provisioning_state: unless_empty(&properties.provisioning_state),
            timestamp: unless_empty(&properties.timestamp),
            duration: unless_empty(&properties.duration),
            mode: unless_empty(&properties.mode),
            correlation_id: unless_empty(&properties.correlation_id),
            outputs: AzmiStr::of(outputs),
            resources: resources.as_ptr(),
            resources_len: resources.len(),
        })
    }
}

impl AzmiAssignedIdentity {
    fn of(assigned: &AssignedIdentity) -> Self {
        Self {
            id: AzmiStr::of(&assigned.id),
            name: Parts::of(&assigned.id).name,
            principal_id: unless_empty(&assigned.principal_id),
            client_id: unless_empty(&assigned.client_id),
            existence: match assigned.existence {
                Existence::Unknown => AZMI_EXISTENCE_UNKNOWN,
                Existence::Exists => AZMI_EXISTENCE_EXISTS,
                Existence::Missing => AZMI_EXISTENCE_MISSING,
            },
        }
    }
}

impl AzmiVmIdentity {
    fn of(vm: &MachineIdentity, assigned: &[AzmiAssignedIdentity]) -> Box<Self> {
        let parts = Parts::of(&vm.id);
        let is_scale_set = ResourceId::read(SCALE_SET, &vm.id).is_some();
        Box::new(Self {
            machine: match is_scale_set {
                true => AZMI_MACHINE_SCALE_SET,
                false => AZMI_MACHINE_VM,
            },
            id: AzmiStr::of(&vm.id),
            name: AzmiStr::of(&vm.name),
            resource_group: parts.resource_group,
            subscription_id: parts.subscription_id,
            location: AzmiStr::of(&vm.location),
            identity_type: match vm.identity_type {
                IdentityType::None => AZMI_IDENTITY_NONE,
                IdentityType::SystemAssigned => AZMI_IDENTITY_SYSTEM_ASSIGNED,
                IdentityType::UserAssigned => AZMI_IDENTITY_USER_ASSIGNED,
                IdentityType::SystemAndUserAssigned => AZMI_IDENTITY_SYSTEM_AND_USER_ASSIGNED,
            },
            principal_id: unless_empty(&vm.principal_id),
            tenant_id: unless_empty(&vm.tenant_id),
            etag: unless_empty(&vm.etag),
            provisioning_state: AzmiStr::of(&vm.provisioning_state),
            assigned: assigned.as_ptr(),
            assigned_len: assigned.len(),
            upgrade_mode: unless_empty(&vm.upgrade_mode),
        })
    }
}

impl AzmiRoleAssignment {
    fn of(assignment: &RoleAssignment) -> Box<Self> {
        let properties = &assignment.properties;
        let optional = |text: &Option<String>| unless_empty(text.as_deref().unwrap_or(""));
        Box::new(Self {
            id: AzmiStr::of(&assignment.id),
            name: AzmiStr::of(&assignment.name),
            scope: AzmiStr::of(&properties.scope),
            role_definition_id: AzmiStr::of(&properties.role_definition_id),
            role_definition_name: unless_empty(&assignment.role_name),
            principal_id: AzmiStr::of(&properties.principal_id),
            principal_type: unless_empty(&properties.principal_type),
            description: optional(&properties.description),
            condition: optional(&properties.condition),
            condition_version: optional(&properties.condition_version),
            inherited: assignment.inherited.into(),
        })
    }
}

impl AzmiRoleDefinition {
    fn of(definition: &RoleDefinition) -> Box<Self> {
        let properties = &definition.properties;
        Box::new(Self {
            id: AzmiStr::of(&definition.id),
            name: AzmiStr::of(&definition.name),
            role_name: AzmiStr::of(&properties.role_name),
            description: unless_empty(&properties.description),
            kind: unless_empty(&properties.kind),
        })
    }
}

impl AzmiReference {
    fn of(reference: &Reference) -> Box<Self> {
        Box::new(Self {
            id: AzmiStr::of(&reference.id),
            name: AzmiStr::of(&reference.name),
            resource_type: AzmiStr::of(&reference.resource_type),
            resource_group: unless_empty(&reference.resource_group),
            subscription_id: unless_empty(&reference.subscription_id),
            identity_id: AzmiStr::of(&reference.identity_id),
            kind: match reference.kind {
                ReferenceKind::Assigned => AZMI_REFERENCE_ASSIGNED,
                ReferenceKind::Mentioned => AZMI_REFERENCE_MENTIONED,
                ReferenceKind::Reported => AZMI_REFERENCE_REPORTED,
            },
        })
    }
}

impl AzmiConnection {
    /// From here on the host owns the client.
    fn of(connection: &Connection) -> Box<Self> {
        Box::new(Self {
            client: clients().insert(connection.client.clone()),
            account: AzmiStr::of(&connection.account),
            account_type: AzmiStr::of(connection.account_type),
            tenant_id: unless_empty(&connection.tenant_id),
            subscription_id: AzmiStr::of(&connection.subscription_id),
            subscription_name: AzmiStr::of(&connection.subscription_name),
            environment: AzmiStr::of(&connection.environment),
            endpoint: AzmiStr::of(&connection.endpoint),
        })
    }
}

impl AzmiPlan {
    fn of(plan: &Plan, agreement: &str) -> Box<Self> {
        Box::new(Self {
            resource_id: AzmiStr::of(&plan.resource),
            description: AzmiStr::of(&plan.description),
            changes: plan.changes().into(),
            agreement: AzmiStr::of(agreement),
        })
    }
}

impl AzmiQuestion {
    fn of(question: &Question, handle: Option<u64>) -> Box<Self> {
        let or_absent = |text: Option<&str>| text.map_or(AzmiStr::ABSENT, AzmiStr::of);
        let mut record = Self {
            question: handle.unwrap_or_default(),
            kind: 0,
            audience: AzmiStr::ABSENT,
            tenant: AzmiStr::ABSENT,
            path: AzmiStr::ABSENT,
            thumbprint: AzmiStr::ABSENT,
            text: AzmiStr::ABSENT,
            algorithm: AZMI_SIGNATURE_NONE,
        };
        match &question.kind {
            QuestionKind::Token { audience, tenant } => {
                record.kind = AZMI_QUESTION_TOKEN;
                record.audience = or_absent(audience.as_deref());
                record.tenant = or_absent(tenant.as_deref());
            }
            QuestionKind::Certificate(CertificateSource::File(path)) => {
                record.kind = AZMI_QUESTION_CERTIFICATE;
                record.path = or_absent(path.to_str());
            }
            QuestionKind::Certificate(CertificateSource::Store(thumbprint)) => {
                record.kind = AZMI_QUESTION_CERTIFICATE;
                record.thumbprint = AzmiStr::of(thumbprint);
            }
            QuestionKind::Signature { text, algorithm } => {
                record.kind = AZMI_QUESTION_SIGNATURE;
                record.text = AzmiStr::of(text);
                record.algorithm = match algorithm {
                    SignatureAlgorithm::Ps256 => AZMI_SIGNATURE_PS256,
                    SignatureAlgorithm::Rs256 => AZMI_SIGNATURE_RS256,
                };
            }
        }
        Box::new(record)
    }
}

impl AzmiProgress {
    fn of(progress: &Progress) -> Box<Self> {
        Box::new(Self {
            activity: AzmiStr::of(&progress.activity),
            status: AzmiStr::of(&progress.status),
            percent: progress.percent.map_or(-1, i32::from),
            seconds_elapsed: progress.seconds_elapsed,
        })
    }
}

impl AzmiError {
    fn of(error: &Error, message: &str) -> Box<Self> {
        Box::new(Self {
            code: AzmiStr::of(error.code()),
            message: AzmiStr::of(message),
            category: category(error.category()),
            http_status: error.status().map_or(0, u32::from),
            target: AzmiStr::of(error.target()),
            recommendation: unless_empty(error.recommendation()),
            request_id: unless_empty(error.request_id()),
            correlation_id: unless_empty(error.correlation_id()),
            request: unless_empty(error.request()),
            raw: unless_empty(error.raw()),
        })
    }
}

fn category(category: Category) -> u32 {
    match category {
        Category::NotSpecified => AZMI_CATEGORY_NOT_SPECIFIED,
        Category::InvalidArgument => AZMI_CATEGORY_INVALID_ARGUMENT,
        Category::ObjectNotFound => AZMI_CATEGORY_OBJECT_NOT_FOUND,
        Category::PermissionDenied => AZMI_CATEGORY_PERMISSION_DENIED,
        Category::AuthenticationError => AZMI_CATEGORY_AUTHENTICATION_ERROR,
        Category::ResourceExists => AZMI_CATEGORY_RESOURCE_EXISTS,
        Category::ResourceBusy => AZMI_CATEGORY_RESOURCE_BUSY,
        Category::LimitsExceeded => AZMI_CATEGORY_LIMITS_EXCEEDED,
        Category::OperationTimeout => AZMI_CATEGORY_OPERATION_TIMEOUT,
        Category::ConnectionError => AZMI_CATEGORY_CONNECTION_ERROR,
        Category::InvalidResult => AZMI_CATEGORY_INVALID_RESULT,
        Category::OperationStopped => AZMI_CATEGORY_OPERATION_STOPPED,
        Category::InvalidOperation => AZMI_CATEGORY_INVALID_OPERATION,
    }
}

/// Makes each kind of record one that an operation can yield.
macro_rules! records {
    ($($kind:ident($source:ty)),*) => {$(
        impl From<$source> for Record {
            fn from(source: $source) -> Self {
                Self::$kind(Box::new(source))
            }
        }
    )*};
}

records!(
    Identity(UserAssignedIdentity),
    VmIdentity(MachineIdentity),
    RoleAssignment(RoleAssignment),
    RoleDefinition(RoleDefinition),
    Reference(Reference),
    Connection(Connection),
    SystemIdentity(SystemAssignedIdentity),
    FederatedCredential(FederatedCredential),
    GroupMember(GroupMember),
    Deployment(Deployment)
);

impl From<Box<RawValue>> for Record {
    fn from(text: Box<RawValue>) -> Self {
        Self::Json(text)
    }
}

impl From<String> for Record {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Plan> for Record {
    fn from(plan: Plan) -> Self {
        Self::Plan(plan)
    }
}
