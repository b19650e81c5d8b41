//! Asks the host.
//!
//! A question goes to the host of every operation that waits for its answer. The first host that
//! claims it answers for all. If only one host were asked, a pipeline that runs another cmdlet
//! could make that cmdlet wait for itself.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};

use super::observer::Observer;
use super::question::{HostAnswer, Open, Question, QuestionKind};
use super::wait::Wait;

/// The questions that one thing asks, such as a credential.
#[derive(Debug, Default)]
pub(crate) struct Questions(Open);

impl Questions {
    /// Asks the host; none when there is no host that answers.
    pub(crate) async fn ask(
        &self,
        observer: &Arc<dyn Observer>,
        kind: QuestionKind,
    ) -> Option<HostAnswer> {
        let (question, answer) = Question::new(kind, &self.0);
        if !observer.ask_host(&question) {
            return None;
        }
        let what = question.kind.wanted();
        let _opened = Opened::new(&self.0, question);
        Wait::new("Signing in", what)
            .until(&**observer, None, self.while_helping(observer, answer))
            .await
            .ok()
    }

    /// Waits for something. While it waits, it shows the host every unclaimed question.
    pub(crate) async fn while_helping<T>(
        &self,
        observer: &Arc<dyn Observer>,
        something: impl Future<Output = T>,
    ) -> T {
        let help = async {
            let mut open = self.0.subscribe();
            loop {
                let questions = open.borrow_and_update().clone();
                for question in &questions {
                    observer.ask_host(question);
                }
                if open.changed().await.is_err() {
                    pending::<()>().await;
                }
            }
        };
        match select(pin!(something), pin!(help)).await {
            Either::Left((done, _)) => done,
            Either::Right((never, _)) => never,
        }
    }
}

/// A question that is open as long as this lives.
struct Opened<'a> {
    open: &'a Open,
    question: Arc<Question>,
}

impl<'a> Opened<'a> {
    fn new(open: &'a Open, question: Arc<Question>) -> Self {
        open.send_modify(|all| all.push(question.clone()));
        Self { open, question }
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        self.open
            .send_modify(|all| all.retain(|one| !Arc::ptr_eq(one, &self.question)));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::base::{Progress, SignatureAlgorithm};

    /// A host that keeps what it is asked.
    #[derive(Default)]
    struct Host(Mutex<Vec<Arc<Question>>>);

    impl Host {
        async fn asked(&self, times: usize) -> Arc<Question> {
            loop {
                if let Some(question) = self.0.lock().unwrap().get(times - 1) {
                    return question.clone();
                }
                tokio::task::yield_now().await;
            }
        }
    }

    impl Observer for Host {
        fn wants_verbose(&self) -> bool {
            false
        }
        fn verbose(&self, _: String) {}
        fn warning(&self, _: String) {}
        fn progress(&self, _: Progress) {}
        fn ask_host(&self, question: &Arc<Question>) -> bool {
            self.0.lock().unwrap().push(question.clone());
            true
        }
    }

    fn kind(text: &str) -> QuestionKind {
        QuestionKind::Signature {
            text: text.to_owned(),
            algorithm: SignatureAlgorithm::Ps256,
        }
    }

    fn signature(answer: Option<HostAnswer>) -> Vec<u8> {
        match answer {
            Some(HostAnswer::Signature(bytes)) => bytes,
            other => panic!("{other:?}"),
        }
    }

    async fn ask(questions: &Questions, host: &Arc<Host>, text: &str) -> Option<HostAnswer> {
        let observer: Arc<dyn Observer> = host.clone();
        questions.ask(&observer, kind(text)).await
    }

    #[tokio::test]
    async fn whoever_waits_may_answer_and_one_does() {
        let questions = Questions::default();
        let (asking, waiting) = (Arc::new(Host::default()), Arc::new(Host::default()));
        let observer: Arc<dyn Observer> = waiting.clone();
        let answered = async {
            let helping = questions.while_helping(&observer, pending::<()>());
            let take = async {
                let question = waiting.asked(1).await;
                assert!(question.claim());
                assert!(!asking.asked(1).await.claim());
                question.give_up();
                assert!(asking.asked(1).await.claim());
                question.answer(HostAnswer::Signature(vec![1]));
            };
            select(pin!(helping), pin!(take)).await;
        };
        let (asked, ()) = tokio::join!(ask(&questions, &asking, "a"), answered);
        assert_eq!(signature(asked), [1]);
    }

    #[tokio::test]
    async fn a_question_that_was_given_up_is_asked_again() {
        let questions = Questions::default();
        let host = Arc::new(Host::default());
        let answered = async {
            for times in 1..4 {
                let question = host.asked(times).await;
                assert!(question.claim());
                match times {
                    3 => question.answer(HostAnswer::Missing),
                    _ => question.give_up(),
                }
            }
        };
        let (asked, ()) = tokio::join!(ask(&questions, &host, "a"), answered);
        assert!(matches!(asked, Some(HostAnswer::Missing)));
        assert!(!host.asked(1).await.claim());
    }

    #[tokio::test]
    async fn two_questions_wait_beside_each_other() {
        let questions = Questions::default();
        let (busy, waiting) = (Arc::new(Host::default()), Arc::new(Host::default()));
        let observer: Arc<dyn Observer> = waiting.clone();
        let answer_all = async {
            let answered = async {
                let mut left = 2;
                for times in 1.. {
                    let question = waiting.asked(times).await;
                    if question.claim() {
                        let QuestionKind::Signature { text, .. } = &question.kind else {
                            panic!("another kind");
                        };
                        question.answer(HostAnswer::Signature(text.clone().into_bytes()));
                        left -= 1;
                    }
                    if left == 0 {
                        break;
                    }
                }
            };
            questions.while_helping(&observer, answered).await;
        };
        let (one, other, ()) = tokio::join!(
            ask(&questions, &busy, "one"),
            ask(&questions, &busy, "other"),
            answer_all
        );
        assert_eq!(signature(one), b"one");
        assert_eq!(signature(other), b"other");
    }
}
