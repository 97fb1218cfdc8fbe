using System.CommandLine;
using System.Text.Json;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments.Gridworlds;
using Dyad.Tabular;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad tabular</c>: the exact quantities of a finite MDP.</summary>
internal static class TabularCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "An MDP as JSON (dense arrays, or Gymnasium's toy-text table), or a text map of a grid ('#' wall, 'S' start, 'G' goal).",
        };
        var policy = new Option<string?>("--policy")
        {
            Description = "uniform, optimal, soft (optimal at the temperature), or a JSON file with 'logits' or 'probabilities' [s][a]. "
                + "Default: the logits in FILE, else uniform.",
            HelpName = "uniform|optimal|soft|FILE",
        };
        var critic = new Option<string?>("--critic")
        {
            Description = "zero, exact, sweeps:K (K sweeps of policy evaluation from zero), or a JSON file with 'critic' [s][a]. "
                + "Default: the critic in FILE, else sweeps:10.",
            HelpName = "zero|exact|sweeps:K|FILE",
        };
        var temperature = new Option<double>("--temperature")
        {
            Description = "Weight of the entropy in the soft quantities, alpha.",
            DefaultValueFactory = _ => 1,
            HelpName = "ALPHA",
        };
        var damping = new Option<double>("--damping")
        {
            Description = "Damping of the damped Stackelberg row, eta.",
            DefaultValueFactory = _ => 0.5,
            HelpName = "ETA",
        };
        var gamma = new Option<double>("--gamma")
        {
            Description = "Discount of a text map.",
            DefaultValueFactory = _ => FourRoom.Discount,
            HelpName = "G",
        };
        var goal = new Option<string>("--goal")
        {
            Description = "What happens at the goal of a text map.",
            DefaultValueFactory = _ => "restart",
            HelpName = "restart|absorb|stay",
        };
        Option<bool> json = StudyOptions.Json();
        var command = new Command("tabular", "Exact quantities of a finite MDP: values, occupancy, gradients, gaps.")
        {
            file, policy, critic, temperature, damping, gamma, goal, json,
        };
        Help.AddExamples(command, "dyad tabular mdp.json", "dyad tabular mdp.json --policy optimal --json", "dyad tabular map.txt --gamma 0.95 --goal absorb");
        command.SetAction(parsed =>
        {
            MdpDocument document = TaskFile.Read(parsed.GetValue(file)!, parsed.GetValue(gamma), RuleOf(parsed.GetValue(goal)!));
            double alpha = Positive(parsed.GetValue(temperature), "--temperature");
            double eta = Positive(parsed.GetValue(damping), "--damping");
            MdpAnalysis analysis = Analyze(parsed.GetValue(file)!, () =>
            {
                TabularPolicy chosen = ChoosePolicy(document, parsed.GetValue(policy), alpha);
                return new(document.Mdp, chosen, ChooseCritic(document, chosen, parsed.GetValue(critic)), alpha, eta);
            });
            if (parsed.GetValue(json))
            {
                Output.Json(analysis.ToJson());
            }
            else
            {
                TabularTables.Print(document.Mdp, analysis);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static GoalRule RuleOf(string goal) => goal switch
    {
        "restart" => GoalRule.Restart,
        "absorb" => GoalRule.Absorb,
        "stay" => GoalRule.Stay,
        _ => throw new UserError($"--goal is '{goal}'; it must be restart, absorb or stay"),
    };

    private static MdpAnalysis Analyze(string path, Func<MdpAnalysis> analyze)
    {
        try
        {
            return analyze();
        }
        catch (ArithmeticException e)
        {
            throw new UserError($"{path}: rewards, critic or --temperature are too large to compute with: {e.Message}", e);
        }
    }

    private static TabularPolicy ChoosePolicy(MdpDocument document, string? choice, double temperature)
    {
        Mdp mdp = document.Mdp;
        switch (choice)
        {
            case null:
                return document.Logits is null ? TabularPolicy.Uniform(mdp) : TabularPolicy.Softmax(mdp, document.Logits);
            case "uniform":
                return TabularPolicy.Uniform(mdp);
            case "optimal":
                return DynamicProgramming.PolicyIteration(mdp).Policy;
            case "soft":
                return SoftPolicyIteration.Solve(mdp, temperature).Policy;
            default:
                return FromFile(choice, "--policy", "uniform, optimal, soft or a file", root =>
                    MdpReader.PairVector(root, "logits", mdp) is double[] logits ? TabularPolicy.Softmax(mdp, logits)
                    : MdpReader.PairVector(root, "probabilities", mdp) is double[] probabilities ? TabularPolicy.FromProbabilities(mdp, probabilities)
                    : throw new UserError("neither 'logits' nor 'probabilities' is there"));
        }
    }

    private static double[] ChooseCritic(MdpDocument document, TabularPolicy policy, string? choice)
    {
        Mdp mdp = document.Mdp;
        if (choice is null && document.Critic is not null)
        {
            return document.Critic;
        }

        choice ??= "sweeps:10";
        if (choice.StartsWith("sweeps:", StringComparison.Ordinal))
        {
            return NumberText.TryWhole(choice["sweeps:".Length..], out long sweeps) && sweeps is >= 0 and <= 1_000_000
                ? Sweeps(mdp, policy, (int)sweeps)
                : throw new UserError($"--critic is '{choice}'; after 'sweeps:' comes a whole number up to 1000000");
        }

        return choice switch
        {
            "zero" => new double[mdp.Pairs],
            "exact" => new PolicyEvaluation(mdp, policy).ActionValue.ToArray(),
            _ => FromFile(choice, "--critic", "zero, exact, sweeps:K or a file", root =>
                MdpReader.PairVector(root, "critic", mdp) ?? throw new UserError("the field 'critic' is missing")),
        };
    }

    // q <- r + gamma P Pi q, from zero: a critic that looks K steps ahead.
    private static double[] Sweeps(Mdp mdp, TabularPolicy policy, int sweeps)
    {
        double[] critic = new double[mdp.Pairs];
        double[] values = new double[mdp.States];
        for (int i = 0; i < sweeps; i++)
        {
            policy.Average(critic, values);
            DynamicProgramming.Backup(mdp, values, critic);
        }

        return critic;
    }

    private static T FromFile<T>(string path, string option, string accepted, Func<JsonElement, T> read)
    {
        if (!File.Exists(path))
        {
            throw new UserError($"{option} is '{path}'; it must be {accepted}, and no such file is there");
        }

        return TaskFile.Named(path, () =>
        {
            try
            {
                using var document = JsonDocument.Parse(TaskFile.ReadText(path));
                return document.RootElement.ValueKind == JsonValueKind.Object
                    ? read(document.RootElement)
                    : throw new UserError("a JSON object is expected");
            }
            catch (JsonException e)
            {
                throw new UserError($"not valid JSON: {e.Message}", e);
            }
        });
    }

    private static double Positive(double value, string option) => double.IsFinite(value) && value > 0
        ? value
        : throw new UserError($"{option} is {value}; it must be positive");
}
