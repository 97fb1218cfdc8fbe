using System.Numerics.Tensors;
using Dyad.Algorithms;
using Dyad.Algorithms.Rules;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Games;
using Dyad.Numerics;

namespace Dyad.Diagnostics;

/// <summary>
/// The game of an on-policy actor and its critic at a point, on episodes played for it. Costs are those that the players descend along:
/// the actor's with its advantages held fixed, the critic's over all steps. The dependence of one player's gradient on the other is known
/// through score functions alone, each form of the game having its own; so there is no Jacobian of individual gradients, and no total
/// second derivative of the leader.
/// </summary>
/// <param name="RuleOptions">The rule of the total derivative.</param>
/// <param name="Form">Name of the form of the game (<see cref="EpisodeGradients.NameOf"/>).</param>
/// <param name="IsOwnRule">Whether rule and form are the agent's, where they stand; otherwise the rule has default options.</param>
/// <param name="Steps">Steps of the batch.</param>
/// <param name="Stretches">Episodes in it, the last one perhaps cut.</param>
/// <param name="Direction">The actor's total derivative.</param>
/// <param name="ActorGradient">|D1 f1|, the plain gradient's norm.</param>
/// <param name="CriticGradient">|D2 f2|.</param>
/// <param name="ActorCurvature">Of the Hessian of the actor's cost.</param>
/// <param name="CriticCurvature">Of the Hessian of the critic's cost.</param>
/// <param name="Equilibrium">The point against definition 1, as far as it can be told.</param>
public sealed record EpochInspection(
    RuleOptions RuleOptions, string Form, bool IsOwnRule, int Steps, int Stretches, LeaderDirection Direction, double ActorGradient,
    double CriticGradient, ExtremeEigenvalues ActorCurvature, ExtremeEigenvalues CriticCurvature, EquilibriumVerdict Equilibrium)
{
    /// <summary>Inspects an agent, which is left as it was.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="create">Makes its environment.</param>
    /// <param name="options">How; a batch size counts steps.</param>
    /// <param name="random">Draws episodes, and starts of Krylov spaces.</param>
    /// <exception cref="UserError">The critic is to lead.</exception>
    public static EpochInspection Of(EpochAgent agent, Func<IEnvironment> create, InspectionOptions options, RandomStream random)
    {
        if (options.Leader == Player.Critic)
        {
            throw new UserError("the critic is to lead, and of on-policy methods only the actor leads: leave the leader out");
        }

        // A res-critic's sum is corrected in the actor's own cost; no leader follows it.
        using var batch = new EpochBatch(agent, create, options.BatchSize);
        using EpochBatch? uncorrected = agent.ResCritic is null ? null : new EpochBatch(agent, create, options.BatchSize, corrected: false);
        EpochBatch led = uncorrected ?? batch;
        EpisodeDirection leading = led.Leading(agent.Options.EpisodeForm, random.Split("solver"));
        led.Restore(leading);
        RandomStream episodes = random.Split("episodes");
        batch.Draw(random.Split("episodes"));
        uncorrected?.Draw(episodes);

        EpochAgent copy = batch.Copy;
        leading.Compute();
        copy.Plain.Compute();
        Freeze();
        copy.CriticGradient.Compute();
        double actor = InDouble.Norm<float>(copy.Plain.Values), critic = InDouble.Norm<float>(copy.CriticGradient.Values);
        LeaderDirection direction = DirectionOf(leading);
        ExtremeEigenvalues actorCurvature = Eigenvalues(Player.Actor, null), criticCurvature = Eigenvalues(Player.Critic, copy.DrawValues);
        return new EpochInspection(
            EpochBatch.RuleOf(agent), EpisodeGradients.NameOf(agent.Options.Critic, agent.Options.EpisodeForm), agent.LeadsEpisodes, batch.Steps, batch.Stretches,
            direction, actor, critic, actorCurvature, criticCurvature,
            EquilibriumVerdict.WithoutResponse(direction.Norm, critic, criticCurvature, options.Tolerance));

        ExtremeEigenvalues Eigenvalues(Player player, Action? draw)
        {
            var curvature = new EpochCurvature(copy.Experience, copy.Game.Of(player), Freeze, draw);
            return new Lanczos<float>(curvature.Size, options.Steps).Compute(curvature, random);
        }

        // The actions that a Q critic's values are of are the same in all products.
        void Freeze() => copy.DrawBy(random.Split("exploration"), random.Split("values"));
    }

    private static LeaderDirection DirectionOf(EpisodeDirection leading)
    {
        TotalDerivative<float> total = leading.Leader.Total;
        double direct = InDouble.Norm<float>(leading.Direct), implicitly = InDouble.Norm<float>(total.Implicit), product = direct * implicitly;
        return new LeaderDirection(
            InDouble.Norm<float>(leading.Values), direct, implicitly, product > 0 ? -TensorPrimitives.Dot(leading.Direct, total.Implicit) / product : 0,
            total.UsedDamping, total.Report);
    }
}
