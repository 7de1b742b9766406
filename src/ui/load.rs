//! Loading, error and content in one place: every page shows its resource through `load`.

use crate::error::AppError;
use leptos::either::Either;
use leptos::prelude::*;

/// Shows the resource when it is there, a skeleton before, and a sentence if it failed.
pub fn load<T, V>(
    resource: Resource<Result<T, AppError>>,
    view: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=Skeleton>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => Either::Left(view(value)),
                        Err(error) => Either::Right(view! { <ErrorPanel error=error/> }),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
pub fn ErrorPanel(error: AppError) -> impl IntoView {
    let title = match &error {
        AppError::NotFound(_) => "Not found",
        AppError::Forbidden(_) => "Not allowed",
        AppError::Unauthorized => "Signed out",
        AppError::Unavailable(_) => "Out of reach",
        _ => "Something went wrong",
    };
    view! {
        <div role="alert" class="empty-state">
            <h2 class="text-lg font-semibold">{title}</h2>
            <p class="mt-1 max-w-md text-muted">{error.to_string()}</p>
        </div>
    }
}

#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="grid gap-3" role="status" aria-busy="true" aria-label="Loading">
            <div class="skeleton h-8 w-1/3"></div>
            <div class="skeleton h-24 w-full"></div>
            <div class="skeleton h-24 w-full"></div>
        </div>
    }
}
