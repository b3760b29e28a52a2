//! The stage against a correct backend over real sockets, and against backends that are not there or lie.

use linklab_simulator::webview::Landing;
use linklab_simulator::{Config, Simulator};
use linklab_specimens::{Specimen, SpecimenConfig};
use tokio::net::TcpListener;

use crate::context::{Calibration, Context, ObservationLevel, Policy};
use crate::generate::{Encoding, Event, Parcel, Signature, coverage_size};
use crate::observe::calibrate;
use crate::scenario::{AnyScenario, CaseId, Flow, Profile};
use crate::stage::{Ended, Expect, Stage};
use crate::subject::{Account, ChatWords, LoginHints, Probe, Subject, UnlinkAction};
use crate::transcript::{Case, Intent, LinkState, Transcript, What};

/// A platform and a correct specimen that know each other.
struct House {
    stage: Stage,
    specimen: Specimen,
}

impl House {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config {
            webhook_url: Some(format!("http://{address}/webhook")),
            ..Config::default()
        };
        let simulator = Simulator::start(config.clone()).await.unwrap();
        let specimen = Specimen::start_on(
            listener,
            SpecimenConfig {
                graph_url: simulator.graph_url(),
                page_access_token: config.page_access_token,
                app_secret: config.app_secret,
                verify_token: config.verify_token,
                page_id: config.page_id,
                ..SpecimenConfig::default()
            },
        )
        .unwrap();
        assert_eq!(simulator.config().webhook_url, Some(specimen.webhook_url()));
        let stage = stage(simulator, subject(&specimen));
        Self { stage, specimen }
    }

    async fn close(self) {
        self.specimen.stop().await;
        self.stage.simulator().stop().await;
    }
}

fn subject(specimen: &Specimen) -> Subject {
    let accounts = SpecimenConfig::default().accounts;
    Subject {
        linking_url: specimen.linking_url(),
        webhook_url: Some(specimen.webhook_url()),
        graph: true,
        redirect_allow: Vec::new(),
        accounts: accounts
            .into_iter()
            .map(|account| Account {
                username: account.username,
                password: account.password,
                name: account.name,
            })
            .collect(),
        hints: LoginHints::default(),
        chat: ChatWords {
            login: Some("login".to_owned()),
            logout: Some("logout".to_owned()),
            question: Some("whoami".to_owned()),
        },
        probe: Some(Probe {
            url: specimen.probe_url_template(),
            headers: Vec::new(),
            linked: "/linked".to_owned(),
            account: Some("/account".to_owned()),
        }),
        unlink: Some(UnlinkAction {
            method: "POST".to_owned(),
            url: specimen.unlink_url(),
            headers: Vec::new(),
            json: Some(serde_json::json!({ "psid": "{psid}" })),
        }),
        policy: Policy::default(),
    }
}

fn stage(simulator: Simulator, subject: Subject) -> Stage {
    let context = Context {
        policy: subject.policy.clone(),
        page_id: simulator.config().page_id.clone(),
        linking_url: subject.linking_url.clone(),
        calibration: Calibration {
            origin_pinned: false,
            path_pinned: false,
            latency_ms: 20,
            observation: ObservationLevel::Probe,
        },
    };
    Stage::new(simulator, subject, context)
}

const CASE: CaseId = CaseId {
    number: 0,
    seed: [7; 32],
};

fn states(transcript: &Transcript, tag: &str) -> Vec<LinkState> {
    let tagged = transcript.tagged(tag);
    tagged
        .filter_map(|step| match &step.what {
            What::Observed(observed) => Some(observed.state.clone()),
            _ => None,
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_example_of_a_default_run_links_at_a_correct_backend() {
    let house = House::open().await;
    let count = AnyScenario::examples(&Flow, Profile::Default);
    assert!(count > coverage_size(&house.stage.freedom()));
    for number in 0..count {
        let case = CaseId {
            number,
            seed: [u8::try_from(number).unwrap(); 32],
        };
        let transcript = AnyScenario::play(&Flow, &house.stage, case).await;
        assert_eq!(transcript.cut, None, "{}", transcript.id);
        assert_eq!(
            states(&transcript, "before-event"),
            [LinkState::Unlinked],
            "{transcript:#?}"
        );
        let account = transcript.flows[0].account.as_ref().unwrap().name.clone();
        let linked = LinkState::Linked {
            account: Some(account),
        };
        assert_eq!(
            states(&transcript, "after-event"),
            [linked],
            "{transcript:#?}"
        );
        assert!(transcript.navigation(0).unwrap().after_credentials);
    }
    house.close().await;
}

#[tokio::test]
async fn calibration_reaches_the_best_means_that_works() {
    let mut house = House::open().await;
    let found = calibrate(&mut house.stage, CASE).await;
    assert_eq!(
        (found.level, found.missed.as_slice()),
        (ObservationLevel::Probe, [].as_slice())
    );
    assert_eq!(found.transcript.cut, None);
    for (tag, linked) in [("never", false), ("linked", true), ("unlinked", false)] {
        let seen = states(&found.transcript, tag);
        assert_eq!(seen.len(), 2, "probe and chat under {tag}");
        for state in seen {
            assert_eq!(
                matches!(state, LinkState::Linked { .. }),
                linked,
                "{tag}: {state:?}"
            );
        }
    }

    let blind = Subject {
        probe: None,
        ..house.stage.subject().clone()
    };
    let mut by_chat = stage(house.stage.simulator().clone(), blind.clone());
    let found = calibrate(&mut by_chat, CASE).await;
    assert_eq!(found.level, ObservationLevel::Chat);
    assert_eq!(found.missed[0].why, "no [observe] probe is configured");
    let mut recording = by_chat.record("test", CASE);
    let flow = recording.plain_flow(1).unwrap();
    assert!(recording.link(flow).await.unwrap());

    let deaf = Subject {
        chat: ChatWords::default(),
        ..blind
    };
    let mut by_wire = stage(house.stage.simulator().clone(), deaf);
    let found = calibrate(&mut by_wire, CASE).await;
    assert_eq!(found.level, ObservationLevel::Wire);
    assert_eq!(found.missed.len(), 2);
    house.close().await;
}

#[tokio::test]
async fn a_probe_that_always_says_yes_is_found_out() {
    let mut house = House::open().await;
    let lying = Probe {
        linked: "/psid".to_owned(),
        ..house.stage.subject().probe.clone().unwrap()
    };
    let liar = wiremock::MockServer::start().await;
    wiremock::Mock::given(wiremock::matchers::any())
        .respond_with(wiremock::ResponseTemplate::new(200).set_body_string(r#"{"psid":"1"}"#))
        .mount(&liar)
        .await;
    let probe = Probe {
        url: liar.uri(),
        ..lying
    };
    house.stage = stage(
        house.stage.simulator().clone(),
        Subject {
            probe: Some(probe),
            ..house.stage.subject().clone()
        },
    );
    let found = calibrate(&mut house.stage, CASE).await;
    assert_eq!(found.level, ObservationLevel::Chat);
    assert_eq!(
        found.missed[0].why,
        "the probe said linked before linking, linked after it and linked after unlinking"
    );
    assert_eq!(
        states(&found.transcript, "never")[0],
        LinkState::Linked { account: None }
    );
    house.close().await;
}

#[tokio::test]
async fn wrong_passwords_stay_and_the_right_one_goes_on_afterwards() {
    let house = House::open().await;
    let mut recording = house.stage.record("test", CASE);
    let flow = recording.plain_flow(0).unwrap();
    assert_eq!(recording.open(flow).await.unwrap(), Ended::Stayed);
    for kind in ["wrong", "unknown-user", "empty", "over-long", "unicode"] {
        let ended = recording
            .intent(flow, Intent::BadPassword, kind)
            .await
            .unwrap();
        assert_eq!(ended, Ended::Stayed, "{kind}");
    }
    let consent = recording
        .intent(flow, Intent::Login, "until-consent")
        .await
        .unwrap();
    assert_eq!(consent, Ended::Stayed);
    let Ended::Navigated(back) = recording.intent(flow, Intent::Continue, "").await.unwrap() else {
        panic!("the consent page leads back");
    };
    assert!(
        recording
            .land(flow, &back, Landing::Hold)
            .await
            .unwrap()
            .is_some()
    );
    let transcript = recording.finish();
    let intents = serde_json::to_string(
        &transcript
            .steps
            .iter()
            .filter(|step| matches!(step.what, What::Intent(_)))
            .collect::<Vec<_>>(),
    )
    .unwrap();
    assert!(!intents.contains("correct horse"), "{intents}");
    house.close().await;
}

#[tokio::test]
async fn cancel_leads_back_with_nothing_added() {
    let house = House::open().await;
    for before in ["", "until-consent"] {
        let mut recording = house.stage.record("test", CASE);
        let flow = recording.plain_flow(0).unwrap();
        recording.open(flow).await.unwrap();
        if !before.is_empty() {
            recording.intent(flow, Intent::Login, before).await.unwrap();
        }
        let ended = recording.intent(flow, Intent::Cancel, "").await.unwrap();
        let transcript = recording.finish();
        assert_eq!(
            ended,
            Ended::Navigated(transcript.flows[0].redirect_uri.clone())
        );
    }
    house.close().await;
}

#[tokio::test]
async fn a_new_account_made_on_the_way_leads_back_with_a_code() {
    let house = House::open().await;
    let mut recording = house.stage.record("test", CASE);
    let flow = recording.plain_flow(0).unwrap();
    recording.open(flow).await.unwrap();
    let Ended::Navigated(back) = recording.intent(flow, Intent::SignUp, "").await.unwrap() else {
        panic!("{:#?}", recording.finish());
    };
    assert!(back.contains("&authorization_code="), "{back}");
    house.close().await;
}

#[tokio::test]
async fn what_is_forged_changes_nothing_and_its_twin_links() {
    let house = House::open().await;
    let mut recording = house.stage.record("test", CASE);
    let flow = recording.plain_flow(0).unwrap();
    let code = recording.code(flow).await.unwrap().unwrap();
    let page_id = house.stage.context().page_id.clone();
    let event = Event::linked(recording.psid(flow), &page_id, recording.now_ms(), &code);
    for signature in [
        Signature::Missing,
        Signature::WrongKey,
        Signature::OtherBytes,
        Signature::Truncated,
        Signature::Empty,
    ] {
        let forged = Parcel {
            signature,
            ..Parcel::one(event.clone())
        };
        recording.deliver(flow, &forged).await.unwrap();
        let state = recording
            .observe(flow, Expect::StillUnlinked)
            .await
            .unwrap();
        assert_eq!(state, LinkState::Unlinked, "{signature:?}");
    }
    let twin = Parcel {
        encoding: Encoding::Extended,
        ..Parcel::one(event)
    };
    assert!(recording.deliver(flow, &twin).await.unwrap().acknowledged());
    let state = recording.observe(flow, Expect::Linked).await.unwrap();
    assert!(matches!(state, LinkState::Linked { .. }));
    house.close().await;
}

#[tokio::test]
async fn the_backend_unlinks_by_action_and_by_chat() {
    let house = House::open().await;
    let by_word = Subject {
        unlink: None,
        ..house.stage.subject().clone()
    };
    let chatting = stage(house.stage.simulator().clone(), by_word);
    for (stage, way) in [(&house.stage, "action"), (&chatting, "chat")] {
        let mut recording = stage.record("test", CASE);
        let flow = recording.plain_flow(0).unwrap();
        assert!(recording.link(flow).await.unwrap());
        assert_eq!(recording.backend_unlink(flow).await.unwrap(), Some(way));
        let state = recording.observe(flow, Expect::Unlinked).await.unwrap();
        assert_eq!(state, LinkState::Unlinked);
        if way == "action" {
            assert!(recording.await_call(flow, "unlink_accounts").await.unwrap());
        }
        let calls = recording.finish().steps;
        assert!(
            calls
                .iter()
                .any(|step| matches!(&step.what, What::Graph(call) if call.endpoint == "messages"))
        );
    }
    house.close().await;
}

#[tokio::test]
async fn handshakes_are_written_down_as_they_went() {
    let house = House::open().await;
    let mut recording = house.stage.record("test", CASE);
    for case in [
        Case::Right,
        Case::WrongToken,
        Case::MissingToken,
        Case::WrongMode,
        Case::DuplicateToken,
    ] {
        recording.handshake(case, "1158201444").await.unwrap();
    }
    let answers: Vec<(Case, bool)> = recording
        .finish()
        .steps
        .into_iter()
        .filter_map(|step| match step.what {
            What::Handshake(handshake) => Some((handshake.case, handshake.body == "1158201444")),
            _ => None,
        })
        .collect();
    assert_eq!(answers.len(), 5);
    assert!(
        answers
            .iter()
            .all(|(case, echoed)| *echoed == (*case == Case::Right)),
        "{answers:?}"
    );
    house.close().await;
}

#[tokio::test]
async fn a_backend_that_is_gone_cuts_the_recording_with_a_sentence() {
    let house = House::open().await;
    house.specimen.stop().await;
    let mut recording = house.stage.record("test", CASE);
    let flow = recording.plain_flow(0).unwrap();
    let cut = recording.open(flow).await.unwrap_err();
    assert!(
        cut.0
            .starts_with("nothing accepts connections at http://127.0.0.1:"),
        "{}",
        cut.0
    );
    assert_eq!(recording.cut(cut.clone()).cut, Some(cut.0));
}

#[tokio::test]
async fn tabs_of_one_browser_share_cookies_and_nothing_else() {
    let house = House::open().await;
    let mut recording = house.stage.record("test", CASE);
    let first = recording.plain_flow(0).unwrap();
    let second = recording
        .flow(crate::stage::FlowSetup {
            account: 1,
            redirect: house.stage.plain_redirect(),
            psid: crate::generate::PsidShape::Large,
            user_of: None,
            browser_of: Some(first),
            button_url: None,
        })
        .unwrap();
    recording.open(first).await.unwrap();
    recording.open(second).await.unwrap();
    for flow in [second, first] {
        assert!(matches!(
            recording.intent(flow, Intent::Login, "").await.unwrap(),
            Ended::Navigated(_)
        ));
    }
    let transcript = recording.finish();
    assert_eq!(transcript.flows[0].browser, transcript.flows[1].browser);
    for flow in [first, second] {
        let target = &transcript.navigation(flow).unwrap().url;
        assert!(
            target.starts_with(&transcript.flows[flow].redirect_uri),
            "{target}"
        );
    }
    house.close().await;
}
