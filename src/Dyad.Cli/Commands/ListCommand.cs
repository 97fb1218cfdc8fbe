using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Algorithms.Tabular;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Studies;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad list</c>: what there is.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var kind = new Argument<string>("KIND") { Description = "algorithms, environments or studies.", HelpName = "algorithms|environments|studies" };
        Option<bool> json = StudyOptions.Json();
        var command = new Command("list", "The algorithms, environments or studies that there are.") { kind, json };
        Help.AddExamples(command, "dyad list studies", "dyad list algorithms --json");
        command.SetAction(parsed => Run(parsed.GetValue(kind)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string kind, bool json)
    {
        (string Name, string Description, string Source)[] items = kind switch
        {
            "algorithms" => [.. TabularMethod.All.Select(method => (method.Name, method.Description, method.Source))],
            "environments" => [.. EnvironmentRegistry.All.Select(task => (task.Name, task.Description, task.Source))],
            "studies" => [.. StudyCatalog.All.Select(study => (study.Name, study.Title, study.Source))],
            _ => throw new UserError($"there is no list of '{kind}'; there are algorithms, environments and studies"),
        };
        if (json)
        {
            Output.Json(new JsonArray([.. items.Select(item => new JsonObject
            {
                ["name"] = item.Name,
                ["description"] = item.Description,
                ["source"] = item.Source,
            })]));
        }
        else
        {
            Output.Table(null, ["name", "what", "source"], items.Select(item => new[] { item.Name, item.Description, item.Source }));
        }

        return ExitCode.Success;
    }
}
