using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad watch</c>: a page that follows the runs of a folder while they go on.</summary>
internal static class WatchCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A folder that holds runs, or will." };
        var port = new Option<int?>("--port") { Description = $"The port; by default {LiveView.UsualPort}, or a free one where that is in use.", HelpName = "N" };
        var listen = new Option<string?>("--listen") { Description = "Listen on this address instead of loopback; needs a token.", HelpName = "ADDRESS" };
        var token = new Option<string?>("--token-file") { Description = "A file with the token that readers must know; by default the variable DYAD_WATCH_TOKEN.", HelpName = "FILE" };
        var open = new Option<bool>("--open") { Description = "Open the page in the browser." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("watch", "Serve a page that follows the runs of a folder while they go on.") { folder, port, listen, token, open, json };
        Help.AddExamples(command, "dyad watch runs", "dyad watch runs --listen 0.0.0.0 --token-file token");
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(folder)!;
            if (!Directory.Exists(path))
            {
                throw new UserError(File.Exists(path) ? $"'{path}' is a file, and a folder is expected" : $"there is no folder '{path}'");
            }

            if (parsed.GetValue(port) is < 0 or > 65535)
            {
                throw new UserError($"--port is {parsed.GetValue(port)}; it must be between 0 and 65535");
            }

            using var stopping = new Stopping();
            using LiveView view = LiveView.Start(path, parsed.GetValue(listen), parsed.GetValue(port), parsed.GetValue(token));
            if (parsed.GetValue(json))
            {
                StandardOutput.Json(new JsonObject { ["url"] = view.Address, ["folder"] = Path.GetFullPath(path) });
            }
            else
            {
                StandardOutput.Line($"Watching {OneLine.Of(Path.GetFullPath(path))} at {view.Address} (Ctrl-C ends it)");
            }

            StandardOutput.Flush();
            if (parsed.GetValue(open))
            {
                Browser.Open(view.Address);
            }

            view.Wait(stopping.Token);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The option of the commands that run something.</summary>
    public static Option<bool> Beside() => new("--watch") { Description = "Serve a page beside the runs that follows them, and open it in the browser." };

    /// <summary>Starts the page beside runs; null where it is not wanted.</summary>
    /// <exception cref="UserError">It cannot be started.</exception>
    public static LiveView? Begin(bool isWanted, string folder)
    {
        if (!isWanted)
        {
            return null;
        }

        Directory.CreateDirectory(folder);
        LiveView view = LiveView.Start(folder);
        StandardError.Tell($"the runs can be watched at {view.Address} while they go on");
        Browser.TryOpen(view.Address);
        return view;
    }
}
