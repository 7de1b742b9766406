//! The order in which accounts are used, where one of them has no turn.

use super::*;

on_both! {
    an_idle_sandbox_stands_last_and_is_passed_by
}

mod suite {
    use super::*;

    pub async fn an_idle_sandbox_stands_last_and_is_passed_by(test: TestApp) {
        let real = |name: &str| AccountForm {
            name: name.into(),
            ..smtp(2525)
        };
        let first = saved(&test, &real("First")).await;
        saved(&test, &sandbox("Outbox")).await;
        let second = saved(&test, &real("Second")).await;
        let shown = async || {
            let lines = service::list(&test.cx(Viewer)).await.unwrap().lines;
            lines
                .into_iter()
                .map(|line| line.account.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(shown().await, ["First", "Second", "Outbox"]);
        let page = test.get(Some(Editor), "/accounts").await.body;
        assert!(page.contains("Not in use") && !page.contains("Move Outbox"));
        service::move_by_one(&test.cx(Editor), second, true)
            .await
            .unwrap();
        assert_eq!(shown().await, ["Second", "First", "Outbox"]);
        // While no other account is on, it has its turn.
        for id in [first, second] {
            service::set_enabled(&test.cx(Editor), id, false)
                .await
                .unwrap();
        }
        let page = test.get(Some(Editor), "/accounts").await.body;
        assert!(!page.contains("Not in use") && page.contains("Move Outbox up"));
    }
}
