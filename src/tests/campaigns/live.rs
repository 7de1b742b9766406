//! Progress as it happens: the event stream, and one poller however many people watch.

use crate::util::app::on_both;

on_both! {
    a_finished_campaign_sends_its_progress_once_and_ends
    a_stream_follows_a_campaign_to_its_end
    many_viewers_share_one_poller
    what_another_instance_does_is_seen
}

mod suite {
    use super::super::setup::{self, end};
    use crate::util::app::TestApp;
    use axum::http::StatusCode;
    use mailer::features::auth::model::Role;
    use mailer::features::campaigns::events::Hub;
    use mailer::features::campaigns::model::CampaignState;
    use mailer::features::campaigns::progress::Progress;
    use mailer::features::campaigns::service;
    use mailer::features::queue::day;
    use mailer::server::request::Cx;
    use std::time::Duration;

    /// The progress that each event of a stream carries.
    fn events(body: &str) -> Vec<Progress> {
        body.lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|json| serde_json::from_str(json).unwrap())
            .collect()
    }

    /// What is awaited comes, and not some minutes later.
    async fn soon<T>(future: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(20), future)
            .await
            .unwrap()
    }

    pub async fn a_finished_campaign_sends_its_progress_once_and_ends(test: TestApp) {
        let id = setup::campaign(&test, 3).await;
        end(&test, id, "sent", 3).await;
        test.run_until_idle().await;
        let path = format!("/campaigns/{id}/events");
        let answer = soon(test.get(Some(Role::Viewer), &path)).await;
        assert_eq!(answer.headers["content-type"], "text/event-stream");
        let events = events(&answer.body);
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].state, CampaignState::Completed);
        assert_eq!(events[0].counts.sent, 3);
        assert_eq!(events[0].rate_per_minute, 0);

        assert_eq!(test.get(None, &path).await.status, StatusCode::SEE_OTHER);
        let missing = test.get(Some(Role::Viewer), "/campaigns/99/events").await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
    }

    pub async fn a_stream_follows_a_campaign_to_its_end(test: TestApp) {
        let id = setup::campaign(&test, 3).await;
        end(&test, id, "sent", 1).await;
        let path = format!("/campaigns/{id}/events");
        let (answer, ()) = tokio::join!(soon(test.get(Some(Role::Viewer), &path)), async {
            end(&test, id, "sent", 2).await;
            test.run_until_idle().await;
        });
        let events = events(&answer.body);
        let last = events.last().unwrap();
        assert_eq!(last.state, CampaignState::Completed);
        assert!(last.is_finished());
        assert!(events.windows(2).all(|two| two[0] != two[1]), "only news");
        for event in &events {
            let counts = event.counts;
            assert_eq!(counts.done() + counts.waiting(), counts.total);
        }
    }

    pub async fn many_viewers_share_one_poller(test: TestApp) {
        let id = setup::campaign(&test, 3).await;
        let cx = test.cx(Role::Editor);
        let first = service::find_campaign(&cx, id).await.unwrap().progress;
        let (hub, day) = (Hub::default(), day::today(&test.app).await.unwrap());
        let mut viewers: Vec<_> = (0..20)
            .map(|_| hub.watch(&test.app, id, day.clone(), first.clone()))
            .collect();
        assert_eq!(hub.count(), 1);
        let before = test.app.db.round_trips();
        service::pause_campaign(&cx, id).await.unwrap();
        for viewer in &mut viewers {
            soon(viewer.wait_for(|progress| progress.state == CampaignState::Paused))
                .await
                .unwrap();
        }
        let trips = test.app.db.round_trips() - before;
        assert!(trips < 20, "{trips} round trips for one change");

        // The others leave; the last one still sees it end, and then nobody is polled for.
        let mut last = viewers.pop().unwrap();
        drop(viewers);
        service::resume_campaign(&cx, id).await.unwrap();
        end(&test, id, "sent", 3).await;
        test.run_until_idle().await;
        soon(async { while last.changed().await.is_ok() {} }).await;
        assert!(last.borrow().is_finished());
        assert_eq!(hub.count(), 0);
    }

    pub async fn what_another_instance_does_is_seen(test: TestApp) {
        let id = setup::campaign(&test, 3).await;
        let other = Cx {
            app: test.second_instance().await,
            ..test.cx(Role::Editor)
        };
        let first = service::find_campaign(&other, id).await.unwrap().progress;
        let day = day::today(&test.app).await.unwrap();
        let mut viewer = Hub::default().watch(&test.app, id, day, first);
        service::pause_campaign(&other, id).await.unwrap();
        soon(viewer.wait_for(|progress| progress.state == CampaignState::Paused))
            .await
            .unwrap();
    }
}
