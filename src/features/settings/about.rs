//! The page about this installation: its version, its database, and the processes that share it.

use super::api::find_about;
use super::frame::SettingsFrame;
use super::model::{About, Instance};
use crate::ui::badge::{Badge, Tone};
use crate::ui::load::load;
use crate::ui::time::Time;
use leptos::prelude::*;

#[component]
pub fn AboutPage() -> impl IntoView {
    let about = Resource::new_blocking(|| (), |()| find_about());
    view! {
        <SettingsFrame title="About" lead="Version, database and running copies, for whoever runs this server.">
            {load(about, panel)}
        </SettingsFrame>
    }
}

fn panel(about: About) -> impl IntoView {
    let latency = format!(
        "{}.{} ms",
        about.latency_us / 1_000,
        about.latency_us / 100 % 10
    );
    view! {
        <section class="panel" aria-labelledby="about-title">
            <h2 id="about-title" class="text-base font-semibold">"This installation"</h2>
            <dl class="mt-4 grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
                <dt class="text-muted">"Version"</dt>
                <dd>{about.version}</dd>
                <dt class="text-muted">"Database"</dt>
                <dd>{about.database}</dd>
                <dt class="text-muted">"Database answers in"</dt>
                <dd>{latency}</dd>
            </dl>
            <h3 class="mt-6 text-sm font-semibold">"Running copies"</h3>
            {instances(about.instances)}
        </section>
    }
}

fn instances(instances: Vec<Instance>) -> impl IntoView {
    if instances.is_empty() {
        return view! {
            <p class="mt-2 text-sm text-muted">"None has reported in the last minute. Reload in a moment."</p>
        }
        .into_any();
    }
    view! {
        <div class="table-wrap mt-2">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Host"</th>
                        <th scope="col" class="hidden sm:table-cell">"Version"</th>
                        <th scope="col" class="hidden sm:table-cell">"Started"</th>
                        <th scope="col">"Last heard of"</th>
                    </tr>
                </thead>
                <tbody>
                    {instances.into_iter().map(|instance| view! {
                        <tr>
                            <td>
                                <span class="flex flex-wrap items-center gap-2">
                                    {instance.host}
                                    {instance.is_this.then(|| view! { <Badge tone=Tone::Info text="This one"/> })}
                                </span>
                            </td>
                            <td class="hidden sm:table-cell">{instance.version}</td>
                            <td class="hidden sm:table-cell"><Time ms=instance.started_at/></td>
                            <td><Time ms=instance.heartbeat_at/></td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}
