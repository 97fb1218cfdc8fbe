using System.CommandLine;
using System.Text.Json.Nodes;
using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.ClassicControl;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Locating;
using Dyad.Environments.MuJoCo;
using Dyad.Environments.ToyText;
using Dyad.Studies;
using Dyad.Training;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad list</c>: what there is.</summary>
internal static class ListCommand
{
    private static readonly string[] Kinds = ["algorithms", "environments", "studies", "options"];

    public static Command Create()
    {
        var kind = new Argument<string>("KIND")
        {
            Description = "algorithms, environments or studies; or options, those of a method.",
            HelpName = "algorithms|environments|studies|options",
        };
        var method = new Argument<string?>("METHOD")
        {
            Description = "The method whose options are listed, with what they accept and their values by preset.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var environment = new Argument<string?>("ENVIRONMENT")
        {
            Description = "The task that presets are for; some set other values on small ones.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("list", "The algorithms, environments or studies that there are; the options of a method.")
        {
            kind, method, environment, json,
        };
        Help.AddExamples(command, "dyad list studies", "dyad list algorithms --json", "dyad list options stsac-al Pendulum-v1");
        command.SetAction(parsed =>
            Run(parsed.GetValue(kind)!, parsed.GetValue(method), parsed.GetValue(environment), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string kind, string? method, string? environment, bool json)
    {
        if (kind == "options")
        {
            return Options(method ?? throw new UserError("'list options' needs a method, as in 'dyad list options sac'"), environment, json);
        }

        if (method is not null)
        {
            throw new UserError($"there is no option or argument '{method}' here");
        }

        (string Group, string Name, string Description, string Source)[] items = kind switch
        {
            "algorithms" => [.. MethodCatalog.All.Select(entry => (GroupOf(entry), entry.Name, entry.Description, entry.Source))],
            "environments" =>
            [
                .. GridTasks.All.Select(task => Item("Grids, with an exact model", task)),
                .. ToyTasks.All.Select(task => Item("Toy text, with an exact model", task)),
                .. ClassicTasks.All.Select(task => Item("Classic control", task)),
                .. MujocoTasks.All.Select(task => Item("MuJoCo", task)),
            ],
            "studies" => [.. StudyCatalog.All.Select(study => (study.Name.Split('/')[0], study.Name, study.Title, study.Source))],
            _ => throw new UserError($"there is no list of '{kind}'; {NearNames.Hint(kind, Kinds)}"),
        };
        if (json)
        {
            StandardOutput.Json(new JsonArray([.. items.Select(item => new JsonObject
            {
                ["name"] = item.Name,
                ["group"] = item.Group,
                ["description"] = item.Description,
                ["source"] = item.Source,
            })]));
        }
        else
        {
            foreach (var group in items.GroupBy(item => item.Group))
            {
                StandardOutput.Table(group.Key, ["name", "what", "source"], group.Select(item => new[] { item.Name, item.Description, item.Source }));
            }
        }

        return ExitCode.Success;
    }

    private static (string, string, string, string) Item(string group, EnvironmentEntry task) => (group, task.Name, task.Description, task.Source);

    private static string GroupOf(Method method) => method is not Method<AgentTask, IAgent> ? "Tabular, on a finite MDP"
        : method.Id.Corrected ? "With a residual correction"
        : method.Id.Leader is not null ? "With a leader (Stackelberg)"
        : "Each player its own gradient";

    // Presets are for neural methods; a tabular one of the same name comes first unless a task is named.
    private static int Options(string name, string? environment, bool json)
    {
        environment = environment is null ? null : TaskLocator.Find(environment).Name;
        IReadOnlyList<Method> found = MethodCatalog.Find(name);
        Method method = (environment is null ? null : found.OfType<Method<AgentTask, IAgent>>().FirstOrDefault()) ?? found[0];
        IReadOnlyList<AgentPreset> presets = method is Method<AgentTask, IAgent> ? AgentPreset.All : [];
        IReadOnlyList<(string Name, object Value)> defaults = method.Values();
        IReadOnlyList<(string Name, object Value)>[] byPreset = [.. presets.Select(preset => method.Values(id => preset.Changes(id, environment ?? "")))];
        if (json)
        {
            StandardOutput.Json(new JsonArray([.. method.Accepted.Select((option, i) =>
            {
                var row = new JsonObject { ["name"] = option.Name, ["accepts"] = option.Accepted, ["default"] = Value(defaults[i].Value) };
                if (presets.Count > 0)
                {
                    row["presets"] = new JsonObject(presets.Select((preset, p) => KeyValuePair.Create(preset.Name, (JsonNode?)Value(byPreset[p][i].Value))));
                }

                return row;
            })]));
            return ExitCode.Success;
        }

        if (method.Accepted.Count == 0)
        {
            StandardOutput.Line($"{method.Name} has no options.");
            return ExitCode.Success;
        }

        StandardOutput.Table(
            $"{method.Name}: {method.Description}" + (environment is null ? "" : $" (on {environment})"),
            ["option", "accepts", "#default", .. presets.Select(preset => $"#{preset.Name}")],
            method.Accepted.Select((option, i) => (string[])
            [
                option.Name, option.Accepted, OptionBinder.Text(defaults[i].Value), .. byPreset.Select(values => OptionBinder.Text(values[i].Value)),
            ]));
        if (presets.Count > 0)
        {
            StandardOutput.Line($"'dyad train' takes the preset {AgentPreset.Correct} unless told otherwise; default is what the library has without one."
                + (environment is null ? " Some values are others on small tasks: name one." : ""));
        }

        return ExitCode.Success;
    }

    private static JsonValue? Value(object value) => value switch
    {
        double number => JsonValue.Create(number),
        int number => JsonValue.Create(number),
        bool flag => JsonValue.Create(flag),
        _ => JsonValue.Create(OptionBinder.Text(value)),
    };
}
