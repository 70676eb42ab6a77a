//! Opening the window on the desktop.

use std::path::PathBuf;

use super::app::{APP_ID, App, UiOptions};
use super::kit::frugal;
use super::points::PointsApp;
use super::project::ProjectApp;
use crate::device::{self, DeviceKind};
use crate::disk;
use crate::points::Opening;

/// Default and minimum size of the window, points.
const WINDOW: [f32; 2] = [1280.0, 800.0];
const WINDOW_MIN: [f32; 2] = [640.0, 480.0];
/// Where there is nothing to open a window on.
const NO_DISPLAY: &str = "there is no display to open the window on (DISPLAY or WAYLAND_DISPLAY); use `ridgewalk run`, or \
                          `scripts/run`, which runs the same experiment without one";
/// Drawn from `assets/icon.svg`.
const ICON: &[u8] = include_bytes!("../../assets/icon.png");

/// Opens the window and returns when it is closed.
pub fn run(options: UiOptions) -> anyhow::Result<()> {
    open(Box::new(|cc| Ok(Box::new(App::new(cc, options)))))
}

/// Opens a window with points only and returns when it is closed.
pub fn run_points(opening: Opening) -> anyhow::Result<()> {
    open(Box::new(|cc| Ok(Box::new(PointsApp::new(cc, opening)))))
}

/// The icon of window and task bar; none if it cannot be read, which a test rules out.
fn icon() -> egui::IconData {
    eframe::icon_data::from_png_bytes(ICON).unwrap_or_default()
}

/// Opens a window with a project only and returns when it is closed.
pub fn run_project(folder: PathBuf, device: DeviceKind) -> anyhow::Result<()> {
    open(Box::new(move |cc| Ok(Box::new(ProjectApp::new(cc, folder, device)))))
}

fn open(app: eframe::AppCreator<'_>) -> anyhow::Result<()> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Ridgewalk")
        .with_app_id(APP_ID)
        .with_icon(icon())
        .with_inner_size(WINDOW)
        .with_min_inner_size(WINDOW_MIN);
    let mut native = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Wgpu, ..Default::default() };
    // OpenGL is for machines without Vulkan, Metal or DX12. Its libraries complain on the terminal where the desktop
    // does not name a runtime folder.
    let complains = std::env::var_os("XDG_RUNTIME_DIR").is_none();
    if let egui_wgpu::WgpuSetup::CreateNew(setup) = &mut native.wgpu_options.wgpu_setup
        && complains
        && !device::adapters().is_empty()
    {
        setup.instance_descriptor.backends.remove(wgpu::Backends::GL);
    }
    if let Some(saved) = eframe::storage_dir(APP_ID) {
        disk::mend_zoom(&saved.join("app.ron"));
    }
    let app = Box::new(|cc: &eframe::CreationContext<'_>| {
        frugal::install(&cc.egui_ctx, cc.wgpu_render_state.as_ref());
        app(cc)
    });
    eframe::run_native(APP_ID, native, app).map_err(|e| match e {
        // Its text is a path of the library's sources.
        eframe::Error::WinitEventLoop(_) => anyhow::anyhow!("{NO_DISPLAY}"),
        e => anyhow::anyhow!("the window cannot be opened ({e}); `ridgewalk run` works without one"),
    })
}
