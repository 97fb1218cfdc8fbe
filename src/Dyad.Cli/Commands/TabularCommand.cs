using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Gridworlds;
using Dyad.Environments.Locating;
using Dyad.Tabular;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad tabular</c>: the exact quantities of a finite MDP.</summary>
internal static class TabularCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "An MDP as JSON (dense arrays, or Gymnasium's toy-text table), a text map of a grid ('#' wall, 'S' start, 'G' goal, 'H' hole), or a task by name, as FrozenLake-v1.",
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
        var gamma = new Option<double?>("--gamma")
        {
            Description = $"Discount of a text map ({FourRoom.Discount} by default) or a task by name; 1 for the plain sum of rewards, where the policy terminates surely.",
            HelpName = "G",
        };
        var slip = new Option<double?>("--slip")
        {
            Description = "Probability of moving to a side on a text map, half of it to each; 0 by default.",
            HelpName = "P",
        };
        var goal = new Option<string>("--goal")
        {
            Description = "What happens at the goal of a text map; restart by default.",
            HelpName = "restart|absorb|stay",
        };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("tabular", "Exact quantities of a finite MDP: values, occupancy, gradients, gaps.")
        {
            file, policy, critic, temperature, damping, gamma, goal, slip, json,
        };
        Help.AddExamples(command, "dyad tabular mdp.json", "dyad tabular mdp.json --policy optimal --json", "dyad tabular map.txt --gamma 0.95 --goal absorb", "dyad tabular FrozenLake-v1 --gamma 0.97 --policy optimal");
        command.SetAction(parsed =>
        {
            MdpDocument document = Read(parsed.GetValue(file)!, parsed.GetValue(gamma), parsed.GetValue(goal) ?? "", parsed.GetValue(slip));
            double alpha = Positive(parsed.GetValue(temperature), "--temperature");
            double eta = Positive(parsed.GetValue(damping), "--damping");
            (MdpAnalysis analysis, string policyName, string criticName) = Analyze(parsed.GetValue(file)!, () => AnalysisOf(
                document, parsed.GetValue(file)!, parsed.GetValue(policy), parsed.GetValue(critic), alpha, eta));
            if (parsed.GetValue(json))
            {
                JsonObject answer = analysis.ToJson();
                answer["policy_name"] = policyName;
                answer["critic_name"] = criticName;
                StandardOutput.Json(answer);
            }
            else
            {
                TabularTables.Print(document.Mdp, analysis, policyName, criticName);
            }

            return ExitCode.Success;
        });
        return command;
    }

    // A file, or else a task of the registry that has an MDP.
    private static MdpDocument Read(string text, double? gamma, string goal, double? slip)
    {
        if (!File.Exists(text) && EnvironmentRegistry.Find(text) is { } entry)
        {
            if (goal.Length > 0 || slip is not null)
            {
                throw new UserError($"--goal and --slip are for text maps, and '{text}' is none");
            }

            return new MdpDocument(
                entry.Mdp?.Invoke(gamma) ?? throw new UserError($"'{text}' is no finite MDP; of the tasks {string.Join(", ", EnvironmentRegistry.All.Where(task => task.Mdp is not null).Select(task => task.Name))} are"),
                null, null);
        }

        if (MapOptions.Parse(text).Options is not null)
        {
            return gamma is null && goal.Length == 0 && slip is null
                ? new MdpDocument(TaskLocator.Find(text).Mdp ?? throw new UserError($"'{text}' is no finite MDP"), null, null)
                : throw new UserError($"'{text}' has its rules in its name: give them there, or as options");
        }

        return TaskFile.Read(text, gamma ?? FourRoom.Discount, GridMap.RuleOf(goal.Length > 0 ? goal : "restart", "--goal"), slip ?? 0);
    }

    private static T Analyze<T>(string path, Func<T> analyze)
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

    // One matrix for all, since it may fill the memory.
    private static (MdpAnalysis Analysis, string Policy, string Critic) AnalysisOf(
        MdpDocument document, string path, string? policyChoice, string? criticChoice, double temperature, double damping)
    {
        Mdp mdp = document.Mdp;
        var room = new PolicyEvaluation(mdp);
        var solving = new SolvingProgress(mdp.States);
        room.Report(solving.Tell);
        string? endless = mdp.Discount == 1 && Termination.Avoidable(mdp) is int state
            ? $"gamma is 1, and a policy may go on without end from state {state}" : null;

        solving.Stage = "policy iteration";
        OptimalSolution? optimal = endless is null || policyChoice == "optimal" ? DynamicProgramming.PolicyIteration(mdp, room) : null;
        solving.Stage = "soft policy iteration";
        OptimalSolution? soft = endless is null || policyChoice == "soft" ? SoftPolicyIteration.Solve(mdp, temperature, room: room) : null;
        (TabularPolicy policy, string policyName) = policyChoice switch
        {
            "optimal" => (optimal!.Policy, "optimal, by policy iteration"),
            "soft" => (soft!.Policy, $"optimal with entropy at alpha = {temperature:0.######}, by soft policy iteration"),
            _ => ChoosePolicy(document, path, policyChoice),
        };

        solving.Stage = "the policy's values";
        room.Evaluate(policy);
        (double[] critic, string criticName) = ChooseCritic(document, path, room, criticChoice);
        return (new MdpAnalysis(room, critic, temperature, damping, optimal, soft, endless), policyName, criticName);
    }

    private static (TabularPolicy Policy, string Name) ChoosePolicy(MdpDocument document, string path, string? choice)
    {
        Mdp mdp = document.Mdp;
        return choice switch
        {
            null when document.Logits is not null => (TabularPolicy.Softmax(mdp, document.Logits), $"the softmax of the logits in {path}"),
            null => (TabularPolicy.Uniform(mdp), "uniform, for want of another"),
            "uniform" => (TabularPolicy.Uniform(mdp), "uniform"),
            _ => FromFile(choice, "--policy", "uniform, optimal, soft or a file", root =>
                MdpReader.PairVector(root, "logits", mdp) is double[] logits
                    ? (TabularPolicy.Softmax(mdp, logits), $"the softmax of the logits in {choice}")
                : MdpReader.PairVector(root, "probabilities", mdp) is double[] probabilities
                    ? (TabularPolicy.FromProbabilities(mdp, probabilities), $"the probabilities in {choice}")
                : throw new UserError("neither 'logits' nor 'probabilities' is there")),
        };
    }

    private static (double[] Critic, string Name) ChooseCritic(MdpDocument document, string path, PolicyEvaluation evaluation, string? choice)
    {
        Mdp mdp = document.Mdp;
        if (choice is null && document.Critic is not null)
        {
            return (document.Critic, $"the critic in {path}");
        }

        string want = choice is null ? ", for want of another" : "";
        choice ??= "sweeps:10";
        if (choice.StartsWith("sweeps:", StringComparison.Ordinal))
        {
            return NumberText.TryWhole(choice["sweeps:".Length..], out long sweeps) && sweeps is >= 0 and <= 1_000_000
                ? (Sweeps(mdp, evaluation.Policy, (int)sweeps), $"{sweeps} sweeps of policy evaluation from zero{want}")
                : throw new UserError($"--critic is '{choice}'; after 'sweeps:' comes a whole number up to 1000000");
        }

        return choice switch
        {
            "zero" => (new double[mdp.Pairs], "zero"),
            "exact" => (evaluation.ActionValue.ToArray(), "the exact values of the policy"),
            _ => FromFile(choice, "--critic", "zero, exact, sweeps:K or a file", root =>
                (MdpReader.PairVector(root, "critic", mdp) ?? throw new UserError("the field 'critic' is missing"), $"the critic in {choice}")),
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

        string json = TextFile.Read(path, TextFile.Large);
        return TextFile.Named(path, () => MdpReader.Parse(json, read));
    }

    private static double Positive(double value, string option) => double.IsFinite(value) && value > 0
        ? value
        : throw new UserError($"{option} is {value}; it must be positive");
}
