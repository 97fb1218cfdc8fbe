using Dyad.Algorithms;
using Dyad.Algorithms.Catalog;
using Dyad.Core;
using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Tabular;

namespace Dyad.Studies;

/// <summary>A method by its name on a task, tabular or neural, as a variant of a study.</summary>
internal static class MethodVariant
{
    /// <summary>The method of a name that a task is for: the tabular one where there is a finite MDP behind the task.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static Method Find(string name, LocatedTask task)
    {
        IReadOnlyList<Method> found = MethodCatalog.Find(name);
        Method? neural = found.OfType<Method<AgentTask, IAgent>>().FirstOrDefault();
        Method? tabular = found.OfType<Method<Mdp, IIterative>>().FirstOrDefault();
        return tabular is not null && (neural is null || task.Mdp is not null) ? tabular : neural!;
    }

    /// <summary>The variant.</summary>
    /// <param name="method">The method.</param>
    /// <param name="task">The task in its limit.</param>
    /// <param name="request">Options and length.</param>
    /// <param name="isKnownToFit">Whether the method can learn the task for certain, so that no instance is made to tell.</param>
    /// <exception cref="UserError">There is no such option, its value is not accepted, or the method cannot learn the task.</exception>
    public static Variant Of(Method method, LocatedTask task, TrainingRequest request, bool isKnownToFit = false)
    {
        if (method is Method<Mdp, IIterative> tabular)
        {
            return TrainingStudy.Tabular(tabular, task, request).Variants(StudyScale.Quick)[0];
        }

        var neural = (Method<AgentTask, IAgent>)method;
        if (!isKnownToFit)
        {
            using IEnvironment instance = task.RequireForAgents().CreateForAgents();
            AgentMethods.Check(neural, AgentTask.Of(instance), task.Name);
        }

        return AgentVariant.Of(neural, task, request);
    }
}
