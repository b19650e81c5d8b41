use std::future::ready;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::base::{Observer, Progress, Question, QuestionKind};

/// An observer that says nothing, agrees to no effect, and lets the host be asked for signatures
/// alone: they take no time and no person.
pub(super) struct Quiet(pub Arc<dyn Observer>);

impl Observer for Quiet {
    fn wants_verbose(&self) -> bool {
        false
    }

    fn verbose(&self, _: String) {}

    fn warning(&self, _: String) {}

    fn guard(&self, _: String) -> BoxFuture<'_, bool> {
        Box::pin(ready(false))
    }

    fn progress(&self, _: Progress) {}

    fn ask_host(&self, question: &Arc<Question>) -> bool {
        match question.kind {
            QuestionKind::Signature { .. } => self.0.ask_host(question),
            // It stays open: a cmdlet that needs the same token has it answered.
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::watch;

    use super::*;
    use crate::base::SignatureAlgorithm;

    /// A host that counts what reaches it.
    #[derive(Default)]
    struct Host(AtomicU32);

    impl Observer for Host {
        fn wants_verbose(&self) -> bool {
            true
        }
        fn verbose(&self, _: String) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        fn warning(&self, _: String) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        fn progress(&self, _: Progress) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
        fn ask_host(&self, _: &Arc<Question>) -> bool {
            self.0.fetch_add(1, Ordering::SeqCst);
            true
        }
    }

    #[tokio::test]
    async fn the_host_hears_of_signatures_alone_and_no_effect_is_agreed_to() {
        let host = Arc::new(Host::default());
        let quiet = Quiet(host.clone());
        assert!(!quiet.wants_verbose());
        quiet.verbose("a".to_owned());
        quiet.warning("b".to_owned());
        assert!(!quiet.guard("c".to_owned()).await);
        let open = Arc::new(watch::Sender::new(Vec::new()));
        let ask = |kind| quiet.ask_host(&Question::new(kind, &open).0);
        assert!(ask(QuestionKind::Token {
            audience: None,
            tenant: None,
        }));
        assert_eq!(host.0.load(Ordering::SeqCst), 0);
        assert!(ask(QuestionKind::Signature {
            text: "a".to_owned(),
            algorithm: SignatureAlgorithm::Ps256,
        }));
        assert_eq!(host.0.load(Ordering::SeqCst), 1);
    }
}
