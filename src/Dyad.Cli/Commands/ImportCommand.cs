using System.CommandLine;
using Dyad.Algorithms;
using Dyad.Cli.Terminal;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Export;
using Dyad.Networks;

namespace Dyad.Cli.Commands;

/// <summary><c>dyad import</c>: a policy that another program made becomes one that describes itself.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A safetensors file in PyTorch's layout: N.weight, outputs x inputs, and N.bias of each linear layer." };
        var environment = new Argument<string>("TASK") { Description = "The task that the policy is for." };
        var output = new Option<string>("--out", "-o") { Description = "The policy's file.", DefaultValueFactory = _ => "policy.safetensors", HelpName = "FILE" };
        var kind = new Option<string?>("--kind")
        {
            Description = "What the outputs mean: deterministic (tanh of them), squashed-gaussian, gaussian, categorical or greedy-value; by default deterministic, or greedy-value where actions are finitely many.",
            HelpName = "KIND",
        };
        var activation = new Option<string>("--activation") { Description = "The function between layers.", DefaultValueFactory = _ => "relu", HelpName = "relu|tanh" };
        var network = new Option<string?>("--network") { Description = "The network's name in a file with several.", HelpName = "NAME" };
        var force = new Option<bool>("--force") { Description = "Replace a file that is there." };
        var command = new Command("import", "Read a policy in PyTorch's layout and write one that describes itself.") { file, environment, output, kind, activation, network, force };
        Help.AddExamples(command, "dyad import actor.safetensors Pendulum-v1 --kind squashed-gaussian -o policy.safetensors");
        command.SetAction(parsed =>
        {
            LocatedTask located = Located.Task(parsed.GetValue(environment)!).RequireForAgents();
            using IEnvironment task = located.CreateForPolicies();
            bool isFinite = task.ActionSpace is not Box;
            PolicyKind means = parsed.GetValue(kind) is string name ? Choice<PolicyKind>(name, "--kind") : isFinite ? PolicyKind.GreedyValue : PolicyKind.Deterministic;
            if (isFinite != means is PolicyKind.Categorical or PolicyKind.GreedyValue)
            {
                throw new UserError($"--kind is {OptionBinder.Text(means)}, and the actions of {located.Name} are {(isFinite ? "finitely many" : "real vectors")}");
            }

            var head = new PolicyHead(means, Choice<Activation>(parsed.GetValue(activation)!, "--activation"));
            Space actions = task.ActionSpace is MultiDiscrete several && means == PolicyKind.GreedyValue ? new Discrete(several.Combinations) : task.ActionSpace;
            var policy = Policy.LoadStateDict(
                parsed.GetValue(file)!, new PolicyDescription(head, (Box)task.ObservationSpace, actions) { Task = located.Text }, parsed.GetValue(network));
            (TargetFolder folder, string target) = TargetFolder.OfFile(parsed.GetValue(output)!, parsed.GetValue(force));
            StandardOutput.Line(folder.Write(target, policy.Save));
            return ExitCode.Success;
        });
        return command;
    }

    private static T Choice<T>(string text, string option)
        where T : struct, Enum => Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => OptionBinder.Text(value!.Value) == text)
        ?? throw new UserError($"{option} is '{text}'; it must be one of {string.Join(", ", Enum.GetValues<T>().Select(value => OptionBinder.Text(value)))}");
}
