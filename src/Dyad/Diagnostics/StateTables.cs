using Dyad.Algorithms;
using Dyad.Autodiff;
using Dyad.Networks;
using Dyad.Numerics;
using Dyad.Tabular;

namespace Dyad.Diagnostics;

/// <summary>What an agent's critic says of all state-action pairs of a finite MDP; terminations have the value 0.</summary>
/// <param name="agent">The agent.</param>
/// <param name="mdp">The process.</param>
/// <param name="seen">What networks see of each state, states x observation size.</param>
internal sealed class StateTables(IAgent agent, Mdp mdp, float[] seen)
{
    /// <summary>
    /// By name, |S||A| entries each: <c>plain</c>, q, of a critic V or a baseline the one-step value r + gamma P V; and <c>residual</c>, q + w,
    /// where the agent has a res-critic off policy.
    /// </summary>
    public IReadOnlyList<(string Name, double[] Values)> Critics()
    {
        if (agent is GameAgent game)
        {
            return [.. from value in OfGame(game) where value.Name is "q" or "q + w" select (value.Name == "q" ? "plain" : "residual", Ended(value.Values))];
        }

        return agent.Networks.FirstOrDefault(network => network.Name is "critic" or "baseline") is { } critic
            ? [("plain", Ended(OfActions(Apply(critic.Parameters))))]
            : [];
    }

    /// <summary>Sizes of the layers of a network that is all of a player.</summary>
    public static int[] SizesOf(Parameters<float> network) =>
        [network.Leaves[0].Rows.Count, .. network.Leaves.Where((_, i) => i % 2 == 0).Select(weight => weight.Columns.Count)];

    /// <summary>Numbers in double precision.</summary>
    public static double[] ToDouble(ReadOnlySpan<float> values)
    {
        double[] result = new double[values.Length];
        InDouble.Copy(values, result);
        return result;
    }

    private (string Name, double[] Values)[] OfGame(GameAgent game)
    {
        int size = agent.Task.ObservationSize;
        var observation = new Input<float>("observation", mdp.Pairs, size);
        Input<float> action = new("action", mdp.Pairs, 1), noise = new("noise", mdp.Pairs, 1);
        for (int pair = 0; pair < mdp.Pairs; pair++)
        {
            seen.AsSpan(pair / mdp.Actions * size, size).CopyTo(observation.Values[(pair * size)..]);
            action.Values[pair] = pair % mdp.Actions;
        }

        var builder = new ProgramBuilder<float>();
        (string Name, Output<float> Output)[] outputs = [.. game.Values(observation, action, noise).Select(value => (value.Name, builder.Output(value.Value)))];
        builder.Build().Run();
        return [.. outputs.Select(output => (output.Name, ToDouble(output.Output.Values)))];
    }

    // All outputs of a network on all states.
    private double[] Apply(Parameters<float> network)
    {
        // The same numbers in a network of their own.
        var copy = new Parameters<float>(network.Name);
        var mlp = new Mlp<float>(copy, "network", SizesOf(network), agent.Head!.Activation);
        network.Values.CopyTo(copy.Values);
        var observation = new Input<float>("observation", mdp.States, agent.Task.ObservationSize);
        seen.CopyTo(observation.Values);
        var builder = new ProgramBuilder<float>();
        Output<float> output = builder.Output(mlp.Apply(observation));
        builder.Build().Run();
        return ToDouble(output.Values);
    }

    // q as it is, and of V r + gamma P V, with V = 0 at a termination.
    private double[] OfActions(double[] values)
    {
        if (values.Length == mdp.Pairs && mdp.Actions > 1)
        {
            return values;
        }

        foreach (int s in mdp.TerminalStates)
        {
            values[s] = 0;
        }

        double[] result = new double[mdp.Pairs];
        DynamicProgramming.Backup(mdp, values, result);
        return result;
    }

    private double[] Ended(double[] values)
    {
        foreach (int s in mdp.TerminalStates)
        {
            values.AsSpan(s * mdp.Actions, mdp.Actions).Clear();
        }

        return values;
    }
}
