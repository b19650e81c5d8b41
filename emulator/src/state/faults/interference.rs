//! What a fault does to one exchange.

use crate::base::clock::Millis;
use crate::base::http::{Reply, Request};

/// What a fault does to one exchange: the default does nothing.
#[derive(Debug, Clone)]
pub(crate) struct Interference {
    /// How long nothing happens before the request is looked at.
    pub(crate) wait: Millis,
    /// Whether the request is carried out.
    pub(crate) carried_out: bool,
    /// What is answered in place of what the service answers.
    pub(crate) reply: Option<Reply>,
    /// What becomes of the answer of the service.
    pub(crate) rewrite: Option<Rewrite>,
    /// The answer is not Azure's: it has none of the headers that Azure's answers have.
    pub(crate) stranger: bool,
    pub(crate) delivery: Delivery,
    /// The name in the catalogue, where it has one.
    pub(crate) name: Option<&'static str>,
}

/// Changes the answer of the service.
pub(crate) type Rewrite = fn(&Exchange<'_>, Reply) -> Reply;

/// What a change of an answer can be made of.
#[derive(Debug)]
pub(crate) struct Exchange<'a> {
    pub(crate) request: &'a Request,
    /// `http://127.0.0.1:PORT`.
    pub(crate) endpoint: &'a str,
}

/// How an answer gets to the client.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) enum Delivery {
    #[default]
    Whole,
    /// The connection is closed without an answer.
    Closed,
    /// The connection is reset without an answer.
    Reset,
    /// All connections are closed, and no other is accepted for that time.
    Refused(Millis),
    /// The answer comes so much later.
    Late(Millis),
    /// There is never an answer.
    Silent,
    /// The head and half of the body; then that happens.
    Half(Ending),
    /// A byte of the body each time so many milliseconds have passed.
    Slow(Millis),
    /// The head, and white space without an end.
    Endless,
    /// Bytes that are not HTTP.
    Garbage,
}

/// What happens in the middle of a body.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Ending {
    Closed,
    Reset,
    Silent,
}

impl Default for Interference {
    fn default() -> Self {
        Interference {
            wait: 0,
            carried_out: true,
            reply: None,
            rewrite: None,
            stranger: false,
            delivery: Delivery::Whole,
            name: None,
        }
    }
}

impl Interference {
    /// An answer in place of the service's, and the request is not carried out.
    pub(crate) fn answer(reply: Reply) -> Self {
        Interference {
            carried_out: false,
            reply: Some(reply),
            ..Interference::default()
        }
    }

    /// The same, from something between the client and Azure.
    pub(crate) fn stranger(reply: Reply) -> Self {
        Interference {
            stranger: true,
            ..Interference::answer(reply)
        }
    }

    /// The request is carried out all the same.
    pub(crate) fn after_effect(self) -> Self {
        Interference {
            carried_out: true,
            ..self
        }
    }

    /// The service's own answer, in another form.
    pub(crate) fn rewrite(rewrite: Rewrite) -> Self {
        Interference {
            rewrite: Some(rewrite),
            ..Interference::default()
        }
    }

    /// The service's own answer, delivered in another way.
    pub(crate) fn deliver(delivery: Delivery) -> Self {
        Interference {
            delivery,
            ..Interference::default()
        }
    }

    /// No answer, and the request is not carried out.
    pub(crate) fn no_answer(delivery: Delivery) -> Self {
        Interference {
            carried_out: false,
            ..Interference::deliver(delivery)
        }
    }

    /// The answer comes that much later.
    pub(crate) fn wait(wait: Millis) -> Self {
        Interference {
            wait,
            ..Interference::default()
        }
    }
}

impl Delivery {
    /// Whether the client sees the status of the answer.
    pub(crate) fn shows_status(self) -> bool {
        matches!(
            self,
            Delivery::Whole
                | Delivery::Late(_)
                | Delivery::Half(_)
                | Delivery::Slow(_)
                | Delivery::Endless
        )
    }
}
