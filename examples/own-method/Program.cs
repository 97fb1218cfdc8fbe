// A method of one's own: its costs alone are in Cautious.cs. It is trained as it is, with the actor leading, and with a corrected critic,
// which nobody wrote for it. Run it with: dotnet run -c Release [STEPS]
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Environments;
using Dyad.Environments.Wrappers;
using Dyad.Numerics;
using Dyad.Training;

long steps = args.Length > 0 ? long.Parse(args[0]) : 3000;
IEnvironment Task() => new RescaleAction(EnvironmentRegistry.Create("Pendulum-v1"));
var plain = new CautiousOptions { HiddenWidth = 32, RandomSteps = 500, UpdateAfter = 500 };
(string Name, CautiousOptions Options)[] variants =
[
    ("plain", plain),
    ("actor leads", plain with { Gradient = new() { Rule = Rule.Stackelberg, Leader = Player.Actor, Damping = 100, SolverIterations = 5 } }),
    ("corrected", plain with { Correction = new() { Residual = true } }),
];
foreach ((string name, CautiousOptions options) in variants)
{
    var random = new RandomStream(0);
    var agent = new GameAgent(new Cautious(3, 1, options, random), random);
    using var training = new AgentTraining(agent, Task, Task(), evaluationEpisodes: 10, seed: 0);
    while (training.Step < steps)
        training.Advance();
    training.SavePolicy(".", $"{name}.safetensors");
    using IEnvironment task = EnvironmentRegistry.Create("Pendulum-v1");
    Console.WriteLine($"{name,-12} return {Evaluation.Play(task, Policy.Load($"{name}.safetensors"), episodes: 10, seed: 100).Mean:0}");
}
