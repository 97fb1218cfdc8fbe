using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Dyad.Core;
using Dyad.Diagnostics;

namespace Dyad.Report;

/// <summary>A policy whose episodes a page shows.</summary>
/// <param name="Label">Its name in legends.</param>
/// <param name="Detail">Which one it is: method, seed, step.</param>
/// <param name="Episodes">As many of each policy of a page, from the same starts.</param>
public sealed record PlayedPolicy(string Label, string Detail, IReadOnlyList<PlayedEpisode> Episodes);

/// <summary>
/// A page that replays episodes, with no network: MuJoCo's tasks in three dimensions, classic control and grids on a canvas; beneath
/// them reward, return and the agent's values along the episode. Several policies play side by side.
/// </summary>
public static class EpisodePage
{
    /// <summary>Writes the page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="task">The task.</param>
    /// <param name="policies">One or more.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static void Write(string path, string task, IReadOnlyList<PlayedPolicy> policies) =>
        PageFile.Write(path, "The page", Render(task, policies));

    /// <summary>The HTML of the page.</summary>
    public static string Render(string task, IReadOnlyList<PlayedPolicy> policies)
    {
        var html = new HtmlBuilder();
        PageFrame.Begin(html, task, PageAssets.EpisodeStyle);
        int episodes = policies[0].Episodes.Count;
        html.Line($"""
            <header>
            <h1>{task}</h1>
            <p class="lead">{Wording(episodes, "episode")} of {(policies.Count == 1 ? policies[0].Detail : Wording(policies.Count, "policy", "policies"))}, played without
            exploration{(policies.Count > 1 ? " from the same starts" : "")}.</p>
            <noscript><p class="script-needed">The replay is drawn by JavaScript, which is switched off here; the table below is
            complete without it.</p></noscript>
            </header>
            <main>
            <section aria-label="Replay">
            <div class="stages">
            """);
        for (int i = 0; i < policies.Count; i++)
        {
            html.Line($"""
                <figure class="stage" id="stage-{i}">
                <figcaption><strong title="{policies[i].Detail}">{policies[i].Label}</strong> <span class="readout"></span></figcaption>
                <div class="view" role="img" aria-label="{task}, played by {policies[i].Label}"></div>
                </figure>
                """);
        }

        html.Line($"</div>");
        WriteControls(html, policies[0].Episodes);
        html.Line($"""
            </section>
            <section class="curves" id="curves" aria-label="Curves along the episode"></section>
            """);
        WriteTable(html, policies);
        html.Line($"</main>");
        html.Line($"""<script type="application/json" id="episodes">""");
        html.Json(Data(policies).ToJsonString());
        html.Line($"</script>");
        PageFrame.End(html, PageAssets.EpisodeScript);
        return html.ToString();
    }

    private static void WriteControls(HtmlBuilder html, IReadOnlyList<PlayedEpisode> episodes)
    {
        html.Line($"""
            <div class="controls">
            <button id="play" type="button">Play</button>
            <button id="back" type="button" aria-label="One step back">&#9664;&#xfe0e;</button>
            <button id="on" type="button" aria-label="One step on">&#9654;&#xfe0e;</button>
            <input id="scrub" type="range" min="0" max="{episodes[0].Recording.Rows - 1}" value="0" step="1" aria-label="Step of the episode">
            <output id="clock"></output>
            <label>Speed <select id="speed"><option value="0.1">0.1</option><option value="0.25">0.25</option><option value="0.5">0.5</option>
            <option value="1" selected>1</option><option value="2">2</option><option value="4">4</option><option value="8">8</option></select></label>
            <label>Episode <select id="episode">
            """);
        for (int i = 0; i < episodes.Count; i++)
        {
            html.Line($"""<option value="{i}">{i + 1}</option>""");
        }

        html.Line($"""
            </select></label>
            <label id="camera"><input id="follow" type="checkbox" checked> Camera follows</label>
            </div>
            """);
    }

    private static void WriteTable(HtmlBuilder html, IReadOnlyList<PlayedPolicy> policies)
    {
        html.Line($"<h3>Episodes</h3>");
        TableMarkup.Write(
            html,
            "Episodes",
            ["policy", "episode", "seed", "steps", "return", "ended"],
            [.. policies.SelectMany(policy => policy.Episodes.Select((episode, i) => (string[])
            [
                policy.Detail, NumberText.Of(i + 1), NumberText.Of(episode.Seed), NumberText.Of(episode.Actions.Count),
                Numbers.Fixed(episode.Recording.Return, 2), End(episode),
            ]))]);
    }

    private static JsonObject Data(IReadOnlyList<PlayedPolicy> policies) => new()
    {
        ["policies"] = new JsonArray([.. policies.Select(policy => new JsonObject
        {
            ["label"] = policy.Label,
            ["episodes"] = new JsonArray([.. policy.Episodes.Select(Data)]),
        })]),
    };

    private static JsonObject Data(PlayedEpisode episode) => new()
    {
        ["task"] = episode.Recording.Task,
        ["dt"] = episode.Recording.TimeStep,
        ["columns"] = episode.Recording.Columns.Count,
        ["rows"] = episode.Recording.Rows,
        ["end"] = End(episode),
        ["scene"] = episode.Recording.Scene is { } scene ? JsonNode.Parse(scene) : null,
        ["numbers"] = Base64(Enumerable.Range(0, episode.Recording.Rows)
            .SelectMany(row => (float[])[episode.Recording.Reward(row), .. episode.Recording.Row(row)])),
        ["values"] = new JsonArray([.. episode.Values.Select(value =>
            new JsonObject { ["name"] = value.Name, ["numbers"] = Base64(value.Values) })]),
    };

    private static string End(PlayedEpisode episode) => episode.Recording.End.ToString().ToLowerInvariant();

    // Little-endian, as the script reads it, on machines that are so.
    private static string Base64(IEnumerable<float> numbers) => Convert.ToBase64String(MemoryMarshal.AsBytes<float>(numbers.ToArray()));

    private static string Wording(int count, string one, string? many = null) => count == 1 ? $"1 {one}" : $"{count} {many ?? one + "s"}";
}
