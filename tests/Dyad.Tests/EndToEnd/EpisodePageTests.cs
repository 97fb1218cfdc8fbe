using Dyad.Algorithms;
using Dyad.Diagnostics;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Report;
using Microsoft.Playwright;

namespace Dyad.Tests.EndToEnd;

/// <summary>Pages that replay episodes, in the browser.</summary>
[Trait("Category", "e2e")]
public sealed class EpisodePageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dyad-episodes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_replay_moves_the_geoms_as_the_simulator_did()
    {
        PlayedPolicy policy = Played("HalfCheetah-v4", "waves", limit: 12);
        await using BrowserPage opened = await OpenAsync([policy]);
        PlayedEpisode episode = policy.Episodes[0];
        string[] names = [.. episode.Recording.Columns.Where((_, i) => i % 7 == 0).Select(name => name[..^2])];
        foreach (int row in new[] { 0, 5, 12 })
        {
            await opened.Page.EvaluateAsync($"window.dyad.seek({row})");
            for (int geom = 0; geom < names.Length; geom++)
            {
                double[] drawn = await opened.Page.EvaluateAsync<double[]>("name => window.dyad.positionOf(0, name)", names[geom]);
                float[] recorded = episode.Recording.Row(row).Slice(7 * geom, 3).ToArray();
                for (int axis = 0; axis < 3; axis++)
                {
                    Assert.Equal(recorded[axis], drawn[axis], 1e-5);
                }
            }
        }

        Assert.NotEqual(episode.Recording.Row(0).ToArray(), episode.Recording.Row(5).ToArray());
        Assert.Contains("step 12", await opened.Page.Locator(".readout").InnerTextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(opened.Errors, error => !error.Contains("GL Driver", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("CartPole-v1")]
    [InlineData("Pendulum-v1")]
    [InlineData("Acrobot-v1")]
    [InlineData("MountainCarContinuous-v0")]
    [InlineData("FourRoom")]
    public async Task Classic_control_and_grids_are_drawn_and_move(string task)
    {
        await using BrowserPage opened = await OpenAsync([Played(task, "waves", limit: 40)]);
        Assert.Empty(opened.Errors);
        string first = await PictureAsync(opened);
        await opened.Page.GetByRole(AriaRole.Button, new() { Name = "One step on" }).ClickAsync();
        await opened.Page.Keyboard.PressAsync("Tab");
        await opened.Page.EvaluateAsync("window.dyad.seek(8)");
        Assert.NotEqual(first, await PictureAsync(opened));
        Assert.StartsWith("step 8,", await opened.Page.Locator(".readout").InnerTextAsync(), StringComparison.Ordinal);
        await opened.Page.EvaluateAsync("window.dyad.seek(0)");
        Assert.Equal(first, await PictureAsync(opened));
    }

    [Theory]
    [InlineData(390)]
    [InlineData(1400)]
    public async Task Two_policies_play_side_by_side_with_a_colour_each(int width)
    {
        await using BrowserPage opened = await OpenAsync(
            [Played("Pendulum-v1", "</script><b>one</b>", 30), Played("Pendulum-v1", "other", 30)], width, ColorScheme.Dark);
        Assert.Empty(opened.Errors);
        Assert.Equal(2, await opened.Page.Locator(".stage canvas").CountAsync());
        Assert.Contains("<b>one</b>", await opened.Page.Locator(".stage strong").First.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal(2, await opened.Page.Locator(".curve").First.Locator("svg .mark-line path").CountAsync());
        Assert.Equal(width, await opened.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Equal(2, await opened.Page.Locator("table tbody tr").CountAsync());
    }

    [Fact]
    public async Task It_plays_to_the_end_and_stops()
    {
        await using BrowserPage opened = await OpenAsync([Played("Pendulum-v1", "waves", limit: 10)]);
        await opened.Page.SelectOptionAsync("#speed", "8");
        await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Play" }).ClickAsync();
        await Assertions.Expect(opened.Page.Locator(".readout")).ToContainTextAsync("truncated", new() { Timeout = 60_000 });
        await Assertions.Expect(opened.Page.Locator("#play")).ToHaveTextAsync("Play");
    }

    [Fact]
    public async Task A_film_has_a_frame_for_each_thirtieth_of_a_second_that_shows_what_is_played()
    {
        // Pendulum takes 20 steps a second, HalfCheetah too: every step is a frame.
        await using BrowserPage opened = await OpenAsync([Played("Pendulum-v1", "one", 6), Played("Pendulum-v1", "two", 6)], fragment: "#film");
        Assert.Equal("20", await opened.Page.GetAttributeAsync("html", "data-rate"));
        string[] frames = [.. await opened.Page.Locator("i.frame").AllTextContentsAsync()];
        Assert.Equal(7, frames.Length);
        Assert.Equal(7, frames.Distinct().Count());
        Assert.All(frames, frame => Assert.Equal([0xff, 0xd8], Convert.FromBase64String(frame)[..2]));
        Assert.Empty(opened.Errors);
    }

    private static PlayedPolicy Played(string task, string label, int limit)
    {
        LocatedTask located = TaskLocator.FindForAgents(task).WithLimit(limit);
        using IEnvironment environment = located.CreateForAgents();
        return new PlayedPolicy(label, label, EpisodePlayer.Play(environment, task, new Waves(AgentTask.Of(environment)), agent: null, 1, seed: 0));
    }

    private static Task<string> PictureAsync(BrowserPage opened) =>
        opened.Page.EvaluateAsync<string>("document.querySelector('.stage canvas').toDataURL()");

    private async Task<BrowserPage> OpenAsync(IReadOnlyList<PlayedPolicy> policies, int width = 1280, ColorScheme scheme = ColorScheme.Light, string fragment = "")
    {
        string path = Path.Combine(_folder, "episodes.html");
        EpisodePage.Write(path, policies[0].Episodes[0].Recording.Task, policies);
        BrowserPage opened = await browser.NewPageAsync(width, scheme);
        await opened.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await opened.Page.GotoAsync(new Uri(path).AbsoluteUri + fragment);
        await opened.Page.WaitForSelectorAsync("html[data-ready]", new() { State = WaitForSelectorState.Attached });
        return opened;
    }

    // Actions that go to and fro.
    private sealed class Waves(AgentTask task) : IPolicy
    {
        private int _step;

        public AgentTask Task => task;

        public void Act(ReadOnlySpan<double> observation, Span<double> action)
        {
            _step++;
            for (int i = 0; i < action.Length; i++)
            {
                action[i] = task.ActionCount > 0 ? _step / 3 % task.ActionCount : Math.Sin((_step * 0.5) + i);
            }
        }
    }
}
