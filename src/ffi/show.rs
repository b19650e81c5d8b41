//! Fills the records that the host is given from what the library has.

use std::any::Any;
use std::fmt::Debug;
use std::marker::PhantomData;

use serde::Serialize;
use serde_json::value::RawValue;

use super::kind::ResourceKind;
use super::read::Enumeration;
use super::types::*;
use crate::arm::Plan;
use crate::base::{Error, ResourceId};
use crate::compute::{SCALE_SET, VIRTUAL_MACHINE};
use crate::deployment::OutputResource;
use crate::identity::federated::ClaimsMatchingExpression as Expression;

/// What the library has, in the form in which the host is given it. A text in it is a view: `'a` is
/// how long what it is a view of stays.
pub(super) trait Show<'a, R> {
    fn show(self, held: &mut Held<'a>) -> R;
}

/// A result of an operation.
pub(super) trait Item: Debug + Send + 'static {
    /// Points the event to it.
    fn publish<'a>(&'a self, event: &mut AzmiEvent, held: &mut Held<'a>);
}

/// What an event's records point to and the library does not have in that form.
pub(super) struct Held<'a> {
    kept: &'a mut Vec<Box<dyn Any>>,
    views: PhantomData<fn(&'a ()) -> &'a ()>,
}

impl<'a> Held<'a> {
    pub(super) fn new(kept: &'a mut Vec<Box<dyn Any>>) -> Self {
        Self {
            kept,
            views: PhantomData,
        }
    }

    /// Keeps something as long as the event.
    pub(super) fn keep<T: 'static>(&mut self, one: T) -> &T {
        self.kept.push(Box::new(one));
        let last = self.kept.last().and_then(|kept| kept.downcast_ref());
        last.expect("was just pushed")
    }

    /// Keeps a text that was made for this.
    pub(super) fn text(&mut self, text: String) -> AzmiStr {
        AzmiStr::of(self.keep(text))
    }

    /// Keeps an array of records.
    pub(super) fn array<T, I>(&mut self, items: I) -> (*const T, usize)
    where
        T: 'static,
        I: IntoIterator<Item: Show<'a, T>>,
    {
        let shown: Vec<T> = items.into_iter().map(|item| item.show(self)).collect();
        let kept = self.keep(shown);
        (kept.as_ptr(), kept.len())
    }
}

/// A text that is empty where Azure did not give it.
pub(super) fn absent_if_empty(text: AzmiStr) -> AzmiStr {
    match text.len {
        0 => AzmiStr::ABSENT,
        _ => text,
    }
}

impl<'a> Show<'a, AzmiStr> for &'a str {
    fn show(self, _: &mut Held<'a>) -> AzmiStr {
        AzmiStr::of(self)
    }
}

impl<'a> Show<'a, AzmiStr> for &'a &'static str {
    fn show(self, _: &mut Held<'a>) -> AzmiStr {
        AzmiStr::of(self)
    }
}

impl<'a> Show<'a, AzmiStr> for &'a String {
    fn show(self, _: &mut Held<'a>) -> AzmiStr {
        AzmiStr::of(self)
    }
}

impl<'a> Show<'a, AzmiStr> for &'a Option<String> {
    fn show(self, _: &mut Held<'a>) -> AzmiStr {
        self.as_deref().map_or(AzmiStr::ABSENT, AzmiStr::of)
    }
}

impl<'a> Show<'a, AzmiStr> for &'a OutputResource {
    fn show(self, _: &mut Held<'a>) -> AzmiStr {
        AzmiStr::of(&self.id)
    }
}

impl<'a> Show<'a, AzmiTag> for (&'a String, &'a String) {
    fn show(self, _: &mut Held<'a>) -> AzmiTag {
        AzmiTag {
            name: AzmiStr::of(self.0),
            value: AzmiStr::of(self.1),
        }
    }
}

impl<'a> Show<'a, u8> for bool {
    fn show(self, _: &mut Held<'a>) -> u8 {
        self.into()
    }
}

impl<'a> Show<'a, u8> for &'a bool {
    fn show(self, _: &mut Held<'a>) -> u8 {
        (*self).into()
    }
}

impl<'a> Show<'a, u32> for &'a u32 {
    fn show(self, _: &mut Held<'a>) -> u32 {
        *self
    }
}

/// An HTTP status, or 0.
impl<'a> Show<'a, u32> for Option<u16> {
    fn show(self, _: &mut Held<'a>) -> u32 {
        self.map_or(0, u32::from)
    }
}

/// A percentage, or -1.
impl<'a> Show<'a, i32> for &'a Option<u8> {
    fn show(self, _: &mut Held<'a>) -> i32 {
        self.map_or(-1, i32::from)
    }
}

/// Seconds, or -1.
impl<'a> Show<'a, i32> for &'a Option<u32> {
    fn show(self, _: &mut Held<'a>) -> i32 {
        self.map_or(-1, |seconds| i32::try_from(seconds).unwrap_or(i32::MAX))
    }
}

impl Item for Box<RawValue> {
    fn publish<'a>(&'a self, event: &mut AzmiEvent, _: &mut Held<'a>) {
        event.text = AzmiStr::of(self.get());
    }
}

impl Item for String {
    fn publish<'a>(&'a self, event: &mut AzmiEvent, _: &mut Held<'a>) {
        event.text = AzmiStr::of(self);
    }
}

/// A part of `/subscriptions/{s}/resourceGroups/{g}/providers/…`.
fn part(id: &str, index: usize) -> AzmiStr {
    AzmiStr::of(id.split('/').nth(index).unwrap_or_default())
}

/// The part of an id after a word that stands at `index`; empty where another stands there.
fn after(id: &str, index: usize, word: &str) -> AzmiStr {
    match id.split('/').nth(index) {
        Some(found) if found.eq_ignore_ascii_case(word) => part(id, index + 1),
        _ => AzmiStr::of(""),
    }
}

pub(super) fn subscription_of<'a>(id: &'a str, _: &mut Held<'a>) -> AzmiStr {
    after(id, 1, "subscriptions")
}

pub(super) fn resource_group_of<'a>(id: &'a str, _: &mut Held<'a>) -> AzmiStr {
    after(id, 3, "resourceGroups")
}

/// The name of the identity that a federated credential is of.
pub(super) fn identity_name_of<'a>(id: &'a str, _: &mut Held<'a>) -> AzmiStr {
    part(id, 8)
}

pub(super) fn name_of<'a>(id: &'a str, _: &mut Held<'a>) -> AzmiStr {
    AzmiStr::of(id.rsplit('/').next().unwrap_or_default())
}

pub(super) fn resource_kind_of<'a>(id: &'a str, _: &mut Held<'a>) -> AzmiResourceKind {
    let is = |kind| ResourceId::read(kind, id).is_some();
    let kind = match (is(VIRTUAL_MACHINE), is(SCALE_SET)) {
        (true, _) => ResourceKind::VirtualMachine,
        (_, true) => ResourceKind::ScaleSet,
        _ => ResourceKind::Any,
    };
    kind.number()
}

pub(super) fn expression_of<'a>(given: &'a Option<Expression>, _: &mut Held<'a>) -> AzmiStr {
    let value = given.as_ref().map(|expression| &*expression.value);
    value.map_or(AzmiStr::ABSENT, AzmiStr::of)
}

pub(super) fn expression_version_of<'a>(given: &'a Option<Expression>, _: &mut Held<'a>) -> i32 {
    given
        .as_ref()
        .map_or(0, |expression| expression.language_version)
}

/// JSON, as a text.
pub(super) fn json<'a>(value: &'a impl Serialize, held: &mut Held<'a>) -> AzmiStr {
    held.text(serde_json::to_string(value).unwrap_or_default())
}

pub(super) fn agreement_of<'a>(plan: &'a Plan, held: &mut Held<'a>) -> AzmiStr {
    held.text(plan.agreement())
}

pub(super) fn plan_told<'a>(plan: &'a Plan, held: &mut Held<'a>) -> AzmiStr {
    held.text(plan.told())
}

pub(super) fn message_of<'a>(error: &'a Error, held: &mut Held<'a>) -> AzmiStr {
    held.text(error.to_string())
}
